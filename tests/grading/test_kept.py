"""Judgements kept by content: recalled for the same, made anew for anything else, never half written."""

import dataclasses

import pytest

from kireji.grading import kept
from kireji.grading.intake import Submission
from kireji.grading.judge import Judgement
from kireji.grading.report import CellReport, Image, Report, TestReport

SECRET = b"s" * 32


@pytest.fixture
def judged(monkeypatch, tmp_path, toy):
    """Counts how often something was really judged; `status` is what the one hidden test says."""
    calls = []

    def judge(submission, assignment, secret, trusted=False):
        calls.append(submission)
        test = TestReport("test", "Title", judge.status, 0.5, 1, "message", [Image("caption", "png")])
        cell = CellReport("double", 2.0, 4.0, [test])
        return Judgement(Report("toy", 2.0, 4.0, [cell], ["notice"], {"total": 1.0}), assignment.skeleton())

    judge.status = "partly"
    monkeypatch.setattr(kept, "judge", judge)
    monkeypatch.setattr(kept, "KEPT", tmp_path / "judgements")
    kept.graders_version.cache_clear()
    calls_and_judge = (calls, judge)
    yield calls_and_judge
    kept.graders_version.cache_clear()


def test_the_same_work_is_judged_once_and_recalled_whole(judged, toy):
    first, second = (kept.judge_or_recall(Submission(b"{}"), toy, SECRET) for _ in range(2))
    assert len(judged[0]) == 1 and first.report == second.report and first.notebook == second.notebook


def test_anything_else_is_judged_anew(judged, toy, monkeypatch, tmp_path):
    kept.judge_or_recall(Submission(b"{}"), toy, SECRET)
    kept.judge_or_recall(Submission(b"{ }"), toy, SECRET)
    kept.judge_or_recall(Submission(b"{}", {"toy.safetensors": b"x"}), toy, SECRET)
    kept.judge_or_recall(Submission(b"{}", notices=("left out",)), toy, SECRET)
    kept.judge_or_recall(Submission(b"{}"), toy, b"another secret")
    tests = tmp_path / "toy"
    tests.mkdir()
    (tests / "test_new.py").write_text("# another hidden test")
    kept.judge_or_recall(Submission(b"{}"), dataclasses.replace(toy, graders=tests), SECRET)
    assert len(judged[0]) == 6


def test_what_ran_out_of_time_is_not_kept(judged, toy):
    judged[1].status = "timeout"
    for _ in range(2):
        kept.judge_or_recall(Submission(b"{}"), toy, SECRET)
    assert len(judged[0]) == 2


def test_a_damaged_one_is_judged_anew(judged, toy):
    kept.judge_or_recall(Submission(b"{}"), toy, SECRET)
    (path,) = kept.KEPT.iterdir()
    for damage in (b"", b"{", b"[]", b'{"report": 3}'):
        path.write_bytes(damage)
        kept.judge_or_recall(Submission(b"{}"), toy, SECRET)
    assert len(judged[0]) == 5
