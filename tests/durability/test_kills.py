"""Killed at any moment of submit, collect, grade and feedback: nothing is lost, and the batch goes
on."""

import pytest

from tests.support.separate_process import result_of

pytestmark = pytest.mark.timeout(600)
ROUNDS = {"submit": 24, "collect": 28, "grade": 44, "feedback": 32, "watch": 10}


def kills(folder, step, rounds, *more):
    """What tests/durability/kills.py found, which needs a process of its own."""
    return result_of("tests.durability.kills", folder, step, str(rounds), "1", *more)


@pytest.fixture(scope="module")
def killed():
    """How many of the rounds so far ended by the kill that was meant for them."""
    return {}


@pytest.mark.parametrize("step", ROUNDS)
def test_nothing_is_lost(step, killed, tmp_path):
    found = kills(tmp_path, step, ROUNDS[step])
    killed[step] = found["killed"]
    assert found["losses"] == []
    assert found["killed"] >= 0.6 * ROUNDS[step], (
        "too few of the kills hit the step to say anything"
    )


def test_there_were_a_hundred_kills(killed):
    if killed.keys() != ROUNDS.keys():
        pytest.skip("only some of the steps were chosen")
    assert sum(killed.values()) >= 100


@pytest.mark.parametrize(
    ("step", "loss"), [("collect", "is lost"), ("grade", "neither the old nor the new")]
)
def test_a_careless_way_of_writing_is_noticed(step, loss, tmp_path):
    """The same kills, with nbgrader's ways of writing in the place of ours, and so many that hardly
    a moment is left out."""
    found = kills(tmp_path, step, 250, loss)
    assert any(loss in line for line in found["losses"]), found
