"""The queue of runs, as the desk and the terminal use it."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from kireji import runs
from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.runs import RunError, RunKind, RunState
from kireji.runs.queue import remove_old
from kireji.runs.running import begin, has_work, put_back, take


@pytest.fixture
def course(tmp_path) -> Course:
    for name in ("one", "two"):
        (tmp_path / "source" / name).mkdir(parents=True)
        (tmp_path / "source" / name / f"{name}.ipynb").write_text("{}")
    return Course(tmp_path)


def submit(course, kind=RunKind.GRADE, assignment="one", students=(), by="ada"):
    return runs.submit(course, kind, assignment, students, by=by)


def cut_short(course) -> None:
    """Take a run in a process that is killed."""
    code = (
        "import os, sys; from pathlib import Path; from kireji.course.layout import Course\n"
        "from kireji.runs.running import take\n"
        "running = take(Course(Path(sys.argv[1])))\n"
        "running.expect(3); running.finished('one', 'bob'); os.kill(os.getpid(), 9)"
    )
    command = [sys.executable, "-P", "-c", code, str(course.root)]
    assert subprocess.run(command, env=os.environ).returncode == -9


def test_a_run_waits_until_it_is_taken(course) -> None:
    run = submit(course, students=("bob", "eve"))
    assert (run.kind, run.assignment, run.students) == (RunKind.GRADE, "one", ("bob", "eve"))
    assert (run.state, run.by, run.total, run.started) == (RunState.WAITING, "ada", 0, None)
    assert has_work(course)
    with take(course) as running:
        assert running.run.id == run.id
        assert runs.get(course, run.id).state == RunState.RUNNING
        assert take(course) is None and not has_work(course, cut_short=True)
    assert runs.get(course, run.id).state == RunState.DONE


def test_runs_are_taken_in_their_order(course) -> None:
    first, second = submit(course), submit(course, RunKind.COLLECT, ["one", "two"])
    for run in (first, second):
        with take(course) as running:
            assert running.run.id == run.id
    assert runs.get(course, second.id).assignments == ("one", "two")
    assert [run.id for run in runs.list_runs(course)] == [second.id, first.id]


def test_the_same_run_does_not_wait_twice(course) -> None:
    assert submit(course).id == submit(course, by="bob").id
    assert submit(course).id != submit(course, students=("bob",)).id
    with take(course):
        assert len(runs.list_runs(course, [RunState.WAITING])) == 1
        submit(course)  # what comes while it runs may be new
        assert len(runs.list_runs(course, [RunState.WAITING])) == 2


def test_progress_is_seen_by_others(course) -> None:
    run = submit(course)
    with take(course) as running:
        running.expect(2)
        running.finished("one", "bob", line="bob's one is graded: 3 / 4")
        seen = runs.get(course, run.id)
        assert (seen.done, seen.total, seen.line) == (1, 2, "bob's one is graded: 3 / 4")
        running.finished("one", "eve", "its notebook is no notebook")
        running.ends_as(RunState.DONE, "1 submission is graded.")
    seen = runs.get(course, run.id)
    assert (seen.done, seen.result, seen.is_over) == (2, "1 submission is graded.", True)
    assert runs.reasons(course, run.id) == {("one", "eve"): "its notebook is no notebook"}


def test_time_left_follows_from_the_speed(course) -> None:
    run = submit(course)
    with take(course) as running:
        running.expect(4)
        assert runs.get(course, run.id).seconds_left() is None
        running.finished("one", "bob")
        seen = runs.get(course, run.id)
        assert seen.seconds_left(seen.started + timedelta(seconds=10)) == pytest.approx(30)
    assert runs.get(course, run.id).seconds_left(datetime.now(UTC)) is None


def test_a_waiting_run_is_cancelled_at_once(course) -> None:
    run = runs.cancel(course, submit(course).id, by="bob")
    assert (run.state, run.result) == (RunState.CANCELLED, "Cancelled by bob before it began.")
    assert take(course) is None
    assert [event["what"] for event in course.audit.read()] == [
        "asked to grade",
        "cancelled: grade",
    ]


def test_a_running_run_is_told_to_end(course) -> None:
    run = submit(course)
    with take(course) as running:
        assert not running.cancel_requested
        assert not runs.cancel(course, run.id, by="bob").is_over
        assert running.cancel_requested
        running.ends_as(RunState.CANCELLED, "Cancelled after 1 of 2.")
    over = runs.cancel(course, run.id, by="bob")
    assert (over.state, over.result) == (RunState.CANCELLED, "Cancelled after 1 of 2.")


def test_a_run_that_was_cut_short_goes_on(course) -> None:
    run = submit(course)
    cut_short(course)
    assert runs.get(course, run.id).state == RunState.RUNNING
    assert not has_work(course) and has_work(course, cut_short=True)
    put_back(course)
    assert runs.get(course, run.id).state == RunState.WAITING and has_work(course)
    with take(course) as running:
        assert running.finished_items() == {("one", "bob")}
        running.expect(2)
        assert (runs.get(course, run.id).done, runs.get(course, run.id).total) == (1, 3)


def test_a_run_that_was_cut_short_is_cancelled_when_asked(course) -> None:
    run = submit(course)
    cut_short(course)
    runs.cancel(course, run.id, by="bob")
    assert take(course) is None
    assert runs.get(course, run.id).state == RunState.CANCELLED


def test_a_lock_left_by_a_kill_at_the_end_is_removed(course) -> None:
    submit(course, RunKind.GRADE, "one", by="ada")
    with take(course) as running:
        pass
    folder = course.var / "runs"
    left = folder / f"{running.run.id}.lock"
    left.touch()
    others = folder / f"{running.run.id + 1}.lock"  # of a run that is just being made
    others.touch()
    assert take(course) is None
    assert not left.exists() and others.exists()


def test_a_run_of_the_terminal_is_seen_and_not_taken(course) -> None:
    with begin(course, RunKind.GRADE, ["one"], [], by="kireji grade") as running:
        assert runs.get(course, running.run.id).state == RunState.RUNNING
        assert take(course) is None
    assert runs.get(course, running.run.id).state == RunState.DONE


def test_a_run_of_a_terminal_that_is_gone_has_failed(course) -> None:
    code = (
        "import os, sys; from pathlib import Path; from kireji.course.layout import Course\n"
        "from kireji.runs.running import begin\n"
        "running = begin(Course(Path(sys.argv[1])), 'grade', ['one'], [], by='kireji grade')\n"
        "running.expect(3); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-P", "-c", code, str(course.root)], env=os.environ)
    assert take(course) is None
    (run,) = runs.list_runs(course)
    assert run.state == RunState.FAILED
    assert run.result.startswith("It was stopped before its end. 0 of 3 are recorded")


@pytest.mark.parametrize(
    ("error", "state", "said"),
    [
        (KirejiError("The disk is full."), RunState.FAILED, "The disk is full."),
        (ValueError("odd"), RunState.FAILED, "Kireji failed (ValueError: odd)."),
        (
            KeyboardInterrupt(),
            RunState.CANCELLED,
            "Stopped in the terminal. What is recorded stays.",
        ),
    ],
    ids=["reason", "defect", "Ctrl-C"],
)
def test_a_run_ends_as_its_program_does(course, error, state, said) -> None:
    run = submit(course)
    with pytest.raises(type(error)), take(course):
        raise error
    seen = runs.get(course, run.id)
    assert (seen.state, seen.result) == (state, said)


@pytest.mark.parametrize(
    ("kind", "assignment", "said"),
    [
        ("paint", "one", "The kinds are: grade, grade again, collect, return feedback"),
        ("grade", "three", "no assignment 'three'. The assignments are: one, two"),
        ("grade", [], "The assignments are: one, two"),
    ],
)
def test_what_cannot_be_run_is_refused(course, kind, assignment, said) -> None:
    with pytest.raises(RunError, match=said):
        submit(course, kind, assignment)


def test_a_run_that_does_not_exist(course) -> None:
    with pytest.raises(RunError, match="There is no run 7"):
        runs.get(course, 7)
    with pytest.raises(RunError, match="There is no run 7"):
        runs.cancel(course, 7, by="ada")


def test_runs_are_listed_by_state_and_assignment(course) -> None:
    one, two = submit(course), submit(course, assignment="two")
    runs.cancel(course, one.id, by="ada")
    assert [run.id for run in runs.list_runs(course, [RunState.WAITING])] == [two.id]
    assert [run.id for run in runs.list_runs(course, assignment="one")] == [one.id]
    assert [run.id for run in runs.list_runs(course, limit=1)] == [two.id]


def test_old_runs_make_room(course, monkeypatch) -> None:
    monkeypatch.setattr("kireji.runs.queue.MAX_KEPT", 2)
    numbers = []
    for _ in range(4):
        numbers.append(submit(course).id)
        with take(course) as running:
            running.finished("one", "bob")
    waiting = submit(course)
    remove_old(course)
    assert [run.id for run in runs.list_runs(course)] == [waiting.id, *reversed(numbers[2:])]


def test_a_damaged_list_of_runs_stops_no_grading(course) -> None:
    course.var.mkdir(exist_ok=True)
    (course.var / "runs.db").write_bytes(b"This is no database. " * 100)
    with begin(course, RunKind.GRADE, ["one"], [], by="kireji grade") as running:
        running.expect(1)
        running.finished("one", "bob")
        running.tell("still at it")
        assert running.finished_items() == set() and not running.cancel_requested


def test_a_forgotten_student_is_in_no_run(course) -> None:
    alone, both = submit(course, students=("bob",)), submit(course, students=("bob", "eve"))
    everybody = submit(course, RunKind.GRADE_AGAIN)
    for _ in range(3):
        with take(course) as running:
            running.finished("one", "bob", "odd", line="bob's one is odd")
            running.ends_as(RunState.DONE, "1 could not be: bob.")
    other = submit(course, students=("bobby",))
    runs.queue.forget(course, "bob")
    left = {run.id: run for run in runs.list_runs(course)}
    assert alone.id not in left
    assert (left[both.id].students, left[both.id].line) == (("eve",), "")
    assert left[everybody.id].result == "" and runs.reasons(course, everybody.id) == {}
    assert left[other.id].students == ("bobby",)
