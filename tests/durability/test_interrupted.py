"""Ctrl-C in the middle of `./kireji grade`: what is recorded stays, the next call goes on, and
nothing tells the difference."""

import pytest

from tests.batch.cluster_course import STUDENTS
from tests.support.separate_process import result_of

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return result_of("tests.durability.interrupted", tmp_path_factory.mktemp("interrupted"))


def test_it_stops_with_a_sentence_and_leaves_no_process(found):
    assert (
        found["stopped"]
        == f"Stopped. {found['some']} of {len(STUDENTS)} are graded and recorded; the same command"
        " goes on from there."
    )
    assert found["some"] < len(STUDENTS) and found["gone"]


def test_the_next_call_goes_on_to_the_same_reports(found):
    assert found["ended"] == "to the end"
    assert found["interrupted"] == found["whole"]
    assert [(count, score) for count, score, *_ in found["whole"].values()] == [
        (1, 2 * number) for number in range(len(STUDENTS))
    ]
