"""Grading again what has not changed leaves everything as it is; whatever has changed is recorded
anew."""

import pytest

from tests.support.separate_process import result_of

EVERYBODY = ["alice", "bob"]
# of both cells: points of the hidden tests, points by hand, whether it waits for a person
AS_IT_WAS = [[3.0, None, False]] * 2


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What tests/durability/again.py saw, which needs a process of its own."""
    return result_of("tests.durability.again", tmp_path_factory.mktemp("again"))


def test_what_has_not_changed_is_left_alone(seen):
    assert seen["nothing"] == {"anew": [], "scores": AS_IT_WAS, "penalty": 3.0, "untouched": True}


def test_points_by_hand_stay_and_are_not_asked_for_again(seen):
    assert seen["points_by_hand"] == {
        "anew": [],
        "scores": [[3.0, 8.0, False], AS_IT_WAS[1]],
        "penalty": 5.5,
        "untouched": True,
    }


@pytest.mark.parametrize("change", ["another_score", "the_same_later", "half_a_notebook"])
def test_one_whose_grade_is_not_what_was_judged_is_recorded_anew(seen, change):
    assert (
        seen[change]["anew"] == ["alice"]
        and seen[change]["scores"] == AS_IT_WAS
        and seen[change]["penalty"] == 3.0
    )


def test_another_due_date_is_another_penalty(seen):
    assert (
        seen["another_due_date"]["anew"] == EVERYBODY
        and seen["another_due_date"]["penalty"] is None
    )


@pytest.mark.parametrize("change", ["other_graders", "the_best_counts", "unsure"])
def test_what_might_come_out_differently_is_graded(seen, change):
    assert seen[change]["anew"] == EVERYBODY


def test_a_gradebook_that_somebody_holds_is_a_sentence(seen):
    assert seen["held"].startswith(
        "Another program held the gradebook while reading what is recorded."
    )
