"""A runner that is killed again and again loses no run and does none twice."""

import pytest

from tests.durability.world import NEW, STUDENTS
from tests.support.separate_process import result_of


@pytest.fixture(scope="module", params=["1", "2"])
def found(request, tmp_path_factory):
    return result_of("tests.runs.killed", tmp_path_factory.mktemp("killed"), request.param)


def test_every_run_comes_to_its_end(found) -> None:
    assert found["kills"] > 0
    assert found["runs"] == [
        ["grade", "done", 2, 2, "2 submissions are graded."],
        ["grade again", "done", 2, 2, "2 submissions are graded."],
        ["return feedback", "done", 2, 2, "2 submissions are given back."],
    ]
    assert found["left"] == []


def test_the_gradebook_has_each_submission_once(found) -> None:
    assert found["scores"] == {student: [NEW, NEW, NEW] for student in STUDENTS}


def test_everybody_has_one_page_for_each_attempt(found) -> None:
    assert found["pages"] == [2, 2]
