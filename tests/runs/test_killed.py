"""A runner that is killed again and again loses no run and does none twice."""

import pytest

from tests.durability.world import NEW, STUDENTS
from tests.support.separate_process import result_of


@pytest.fixture(scope="module", params=["1", "2"])
def found(request, tmp_path_factory):
    return result_of("tests.runs.killed", tmp_path_factory.mktemp("killed"), request.param)


def test_every_run_comes_to_its_end(found) -> None:
    assert found["kills"] > 0
    first, *others = found["runs"]
    # What is recorded but not noted when the kill comes is done, and the run counts it no more.
    kind, state, done, total, _ = first
    assert (kind, state) == ("grade", "done") and 0 <= done == total <= 2
    assert others == [
        ["grade again", "done", 2, 2, "2 submissions are graded."],
        ["return feedback", "done", 2, 2, "2 submissions are given back."],
    ]
    assert found["left"] == []


def test_the_gradebook_has_each_submission_once(found) -> None:
    assert found["scores"] == {student: [NEW, NEW, NEW] for student in STUDENTS}


def test_everybody_has_one_page_for_each_attempt(found) -> None:
    assert found["pages"] == [2, 2]
