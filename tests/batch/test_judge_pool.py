"""Judging several at a time: one that is killed, or has a full disk, does not stop the others."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kireji.batch import judge_pool
from kireji.course.layout import Course, find_course
from kireji.errors import KirejiError
from kireji.grading import cache
from kireji.grading.judge import Judgement
from kireji.grading.submission import Submission
from kireji.testing.report import CellReport, Report, TestReport
from tests.support.clone import COURSE


def judge(task: judge_pool.JudgeTask) -> judge_pool.JudgeOutcome:
    """What a judging process does, by the student's name."""
    if task.name.startswith("killer"):
        os.kill(os.getpid(), signal.SIGKILL)
    return judge_pool.JudgeOutcome(reason="a reason" if task.name.startswith("odd") else "another")


@pytest.fixture
def folders(monkeypatch, tmp_path, toy):
    """Empty submissions of killer, odd and zoe."""
    monkeypatch.setattr(Course, "assignment", lambda course, name: toy)
    (tmp_path / "source").mkdir()
    monkeypatch.setenv("KIREJI_COURSE", str(tmp_path))
    return [tmp_path / "submitted" / name / "toy" for name in ("killer", "odd", "zoe")]


def test_a_killed_process_costs_its_own_submission_only(monkeypatch, folders):
    # a spawned process imports it under this name
    from tests.batch import test_judge_pool as importable

    monkeypatch.setattr(judge_pool, "judge_task", importable.judge)
    found = {
        folder.parent.name: reason
        for folder, reason in judge_pool.judge_ahead(find_course(), folders, workers=2)
    }
    assert found.pop("killer").startswith("The process that judged killer's toy was killed")
    assert found == {"odd": "a reason", "zoe": "another"}


def judged(status):
    def judge(submission, assignment, secret, trusted=False):
        judge.calls += 1
        cell = CellReport("double", 4.0, 4.0, [TestReport("test", "Title", status, 1.0, 1, "")])
        return Judgement(Report("toy", 4.0, 4.0, [cell], [], {}), assignment.skeleton())

    judge.calls = 0
    return judge


@pytest.mark.parametrize("status", ["passed", "timeout"])
def test_what_is_judged_elsewhere_is_there_for_the_one_who_records_it(
    monkeypatch, folders, toy, status
):
    """Whatever executor is given; also what is not kept for ever because it ran out of time."""
    monkeypatch.setattr(cache, "judge", judged(status))
    done = list(
        judge_pool.judge_ahead(find_course(), folders[:1], open_executor=ThreadPoolExecutor)
    )
    assert done == [(folders[0], "")]
    course = find_course()
    secret = course.secret()
    assert cache.judge_or_recall(course, Submission(None), toy, secret).report.score == 4.0
    assert cache.judge.calls == 1
    cache.judge_or_recall(course, Submission(None), toy, secret)
    assert cache.judge.calls == (2 if status == "timeout" else 1)


def test_nothing_is_judged_where_the_course_is_another(monkeypatch, folders):
    monkeypatch.setattr(cache, "judge", judged("passed"))

    class Elsewhere(judge_pool.Here):
        """A machine with another secret, or none."""

        def submit(self, call, task):
            monkeypatch.setenv("KIREJI_COURSE", str(folders[0]))
            return super().submit(call, task)

    ((_, reason),) = judge_pool.judge_ahead(
        find_course(), folders[:1], open_executor=lambda count: Elsewhere()
    )
    assert (
        reason.startswith("killer's toy was not judged: ")
        and "not the same as here" in reason
        and not cache.judge.calls
    )


def test_an_executor_that_goes_away_is_a_sentence(monkeypatch, folders):
    class Gone(judge_pool.Here):
        def submit(self, call, task):
            future = super().submit(lambda: None)
            future.result = lambda: (_ for _ in ()).throw(ConnectionError("no route\nmore"))
            return future

    ((_, reason),) = judge_pool.judge_ahead(
        find_course(), folders[:1], open_executor=lambda count: Gone()
    )
    assert (
        reason == "killer's toy was not judged, because where it was to be judged went away"
        " (ConnectionError: no route). Run the command again."
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "The disk is full"),
        (PermissionError(13, "Permission denied"), "refused"),
        (MemoryError(), "no memory left"),
    ],
)
def test_what_the_machine_refuses_is_a_sentence(monkeypatch, error, words):
    def refuse(course, folder):
        raise error

    monkeypatch.setattr(judge_pool, "take_in", refuse)
    ((_, reason),) = judge_pool.judge_ahead(COURSE, [Path("submitted/anna/toy")], workers=1)
    assert words in reason and "anna's toy" in reason


def test_a_mistake_of_ours_costs_its_own_submission_only(monkeypatch, tmp_path):
    def stumble(course, folder):
        if folder.parent.name == "anna":
            raise RecursionError("deeper than expected")
        raise KirejiError("the next one")

    monkeypatch.setattr(judge_pool, "take_in", stumble)
    folders = [Path("submitted") / name / "toy" for name in ("anna", "ben")]
    (_, reason), (_, next_reason) = judge_pool.judge_ahead(Course(tmp_path), folders, workers=1)
    assert (
        "judging anna's toy (RecursionError)" in reason
        and "var/grading.log" in reason
        and "Traceback" not in reason
    )
    assert next_reason == "the next one"
    assert "deeper than expected" in (tmp_path / "var" / judge_pool.LOG).read_text()
