"""Judgements kept by content: recalled for the same, made anew for anything else, never half
written."""

import dataclasses

import pytest

from kireji.course.layout import Course
from kireji.grading import cache
from kireji.grading.judge import Judgement
from kireji.grading.submission import Submission
from kireji.testing.report import CellReport, CounterExample, Image, Report, TestReport
from tests.support.clone import COURSE

SECRET = b"s" * 32


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


@pytest.fixture
def judged(monkeypatch, tmp_path, toy):
    """Counts how often something was really judged; `status` is what the one hidden test says."""
    calls = []

    def judge(submission, assignment, secret, trusted=False):
        calls.append(submission)
        test = TestReport(
            "test",
            "Title",
            judge.status,
            0.5,
            1,
            "message",
            [Image("caption", "png")],
            "mask_ignored",
            CounterExample({"T": "1"}, "[[1]]", "[[0]]"),
        )
        cell = CellReport("double", 2.0, 4.0, [test])
        return Judgement(
            Report("toy", 2.0, 4.0, [cell], ["notice"], {"total": 1.0}), assignment.skeleton()
        )

    judge.status = "partly"
    monkeypatch.setattr(cache, "judge", judge)
    cache.graders_version.cache_clear()
    calls_and_judge = (calls, judge)
    yield calls_and_judge
    cache.graders_version.cache_clear()


def test_the_same_work_is_judged_once_and_recalled_whole(judged, course, toy):
    first, second = (
        cache.judge_or_recall(course, Submission(b"{}"), toy, SECRET) for _ in range(2)
    )
    assert (
        len(judged[0]) == 1 and first.report == second.report and first.notebook == second.notebook
    )


def test_anything_else_is_judged_anew(judged, course, toy, monkeypatch, tmp_path):
    cache.judge_or_recall(course, Submission(b"{}"), toy, SECRET)
    cache.judge_or_recall(course, Submission(b"{ }"), toy, SECRET)
    cache.judge_or_recall(course, Submission(b"{}", {"toy.safetensors": b"x"}), toy, SECRET)
    cache.judge_or_recall(course, Submission(b"{}", notices=("left out",)), toy, SECRET)
    cache.judge_or_recall(course, Submission(b"{}"), toy, b"another secret")
    tests = tmp_path / "toy"
    tests.mkdir()
    (tests / "test_new.py").write_text("# another hidden test")
    cache.judge_or_recall(
        course, Submission(b"{}"), dataclasses.replace(toy, graders=tests), SECRET
    )
    assert len(judged[0]) == 6


def test_a_changed_test_concerns_its_own_assignment(judged, course, toy, tmp_path):
    """A judgement stays where the hidden tests of another assignment change, and goes where those
    change that all share."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "test_it.py").write_text("# as it was")
    assignments = [
        dataclasses.replace(toy, name=name, graders=tmp_path / name) for name in ("one", "other")
    ]

    def keys():
        cache.graders_version.cache_clear()  # as a new process
        return [
            cache.key_of(course, Submission(b"{}"), assignment, SECRET)
            for assignment in assignments
        ]

    before = keys()
    (tmp_path / "one" / "test_it.py").write_text("# changed")
    changed = keys()
    assert changed[0] != before[0] and changed[1] == before[1]
    (tmp_path / "tables.py").write_text("# shared")
    assert not {*keys()} & {*changed}


def test_no_hidden_test_uses_those_of_another_assignment():
    """What `graders_version` relies on."""
    names = [folder.name for folder in COURSE.graders.iterdir() if any(folder.glob("test_*.py"))]
    for folder in [COURSE.graders / name for name in names]:
        for path in folder.rglob("*.py"):
            for line in path.read_text().splitlines():
                other = [name for name in names if name != folder.name and name in line]
                assert not (line.lstrip().startswith(("from ", "import ")) and other), (
                    f"{path}: {line}"
                )


def test_what_ran_out_of_time_is_not_kept(judged, course, toy):
    judged[1].status = "timeout"
    for _ in range(2):
        cache.judge_or_recall(course, Submission(b"{}"), toy, SECRET)
    assert len(judged[0]) == 2


def test_a_damaged_one_is_judged_anew(judged, course, toy):
    cache.judge_or_recall(course, Submission(b"{}"), toy, SECRET)
    (path,) = course.judgements.iterdir()
    for damage in (b"", b"{", b"[]", b'{"report": 3}'):
        path.write_bytes(damage)
        cache.judge_or_recall(course, Submission(b"{}"), toy, SECRET)
    assert len(judged[0]) == 5
