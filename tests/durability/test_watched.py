"""A watch at work: attempts within the limit and beyond it, the best one, and another program that
grades at the same time."""

import json
import subprocess
import sys

import pytest

from kireji.exchange.attempts import AttemptState
from kireji.setup.venv import activated
from tests.support.clone import ROOT


def found(which, folder):
    """What tests/durability/watched.py saw, which needs a process of its own."""
    command = [sys.executable, "-P", "-m", "tests.durability.watched", str(folder), which]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=activated({}) | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    return found("limited", tmp_path_factory.mktemp("limited"))


@pytest.fixture(scope="module")
def best(tmp_path_factory):
    return found("best", tmp_path_factory.mktemp("best"))


def test_what_is_handed_in_is_graded_and_given_back(limited):
    first, second = limited["after 5"], limited["after 7"]
    assert (first["points"], first["pages"], second["points"], second["pages"]) == (5, 2, 7, 3)
    assert (
        "1 of 2 attempts in 24 hours left." in first["page"]
        and "None of 2 attempts in 24 hours left" in second["page"]
    )
    assert "graded on arrival. 1 of 2" in first["note"]


def test_beyond_the_limit_it_is_kept_and_the_student_is_told(limited):
    over = limited["over the limit"]
    assert (over["points"], over["pages"]) == (7, 3)
    assert over["decided"] == [
        AttemptState.LET_IN,
        AttemptState.GRADED_AT_ONCE,
        AttemptState.GRADED_AT_ONCE,
        AttemptState.WAITING,
    ]
    assert over["note"].startswith(
        "attempt 4: kept, and graded when your instructor grades. None of 2 attempts"
    )


def test_who_removes_what_they_handed_in_gets_no_attempt_back(limited):
    assert limited["after tidying up"]["decided"] == [
        AttemptState.LET_IN,
        AttemptState.GRADED_AT_ONCE,
        AttemptState.GRADED_AT_ONCE,
        AttemptState.WAITING,
        AttemptState.WAITING,
    ]
    assert limited["after tidying up"]["points"] == 7


def test_the_instructor_grades_what_waited_also_when_its_student_removed_it(limited):
    assert "16 / 20" in limited["graded"]
    assert (
        limited["after the instructor"]["points"] == 8
        and AttemptState.WAITING not in limited["after the instructor"]["decided"]
    )


def test_a_worse_attempt_never_takes_the_place_of_a_better_one(best):
    assert [best[f"after {answer}"]["points"] for answer in (8, 5, 9)] == [8, 8, 9]
    # everybody finds a page
    assert [best[f"after {answer}"]["pages"] for answer in (8, 5, 9)] == [2, 3, 4]
    assert (
        "attempt 2 of 3" in best["after 5"]["page"]
        and "attempt 2: 8, attempt 3: 5." in best["after 5"]["page"]
    )


def test_nor_does_a_better_one_whose_lateness_costs_more_than_it_gains(best):
    late = best["better, and late"]
    assert late["points"] == 9 and late["late"] == [9, 9, None] and late["pages"] == 5
    assert "attempt 4: 18, attempt 5: 10." in late["page"]
    assert best["graded again"]["points"] == 9


def test_another_program_that_grades_the_same_is_waited_for(tmp_path):
    both = found("together", tmp_path)
    assert both["said"] == "" and both["points"] == 7 and both["pages"] == 2
    assert both["told"] == [
        "alice handed in toy",
        "alice's toy is graded: 14 of 20 points",
        "alice has feedback on toy",
    ]
    assert "Nothing new to grade" in both["nothing left"]
