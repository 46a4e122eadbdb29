"""Judging several at a time: one that is killed, or whose disk is full, does not stop the others."""

import os
import signal
from pathlib import Path

import pytest

from kireji.errors import KirejiError
from kireji.grading import ahead


def judge(folder: Path, trusted: bool) -> str:
    """What a judging process does with the folder, by its student's name."""
    if folder.parent.name == "killer":
        os.kill(os.getpid(), signal.SIGKILL)
    return "a reason" if folder.parent.name == "odd" else ""


def test_a_killed_process_costs_its_own_submission_only(monkeypatch):
    from tests.grading import test_ahead as importable       # a spawned process imports it under this name
    monkeypatch.setattr(ahead, "_judge", importable.judge)
    folders = [Path("submitted") / name / "toy" for name in ("killer", "odd", "zoe")]
    found = {folder.parent.name: reason for folder, reason in ahead.judge_ahead(folders, workers=2)}
    assert found.pop("killer").startswith("The process that judged killer's toy was killed")
    assert found == {"odd": "a reason", "zoe": ""}


@pytest.mark.parametrize(("error", "words"), [
    (OSError(28, "No space left on device"), "The disk is full"), (PermissionError(13, "Permission denied"), "refused")])
def test_what_the_machine_refuses_is_a_sentence(monkeypatch, error, words):
    def refuse(folder):
        raise error
    monkeypatch.setattr(ahead, "take_in", refuse)
    ((_, reason),) = ahead.judge_ahead([Path("submitted/anna/toy")], workers=1)
    assert words in reason and "anna's toy" in reason


def test_a_mistake_of_ours_costs_its_own_submission_only(monkeypatch, tmp_path):
    def stumble(folder):
        if folder.parent.name == "anna":
            raise RecursionError("deeper than expected")
        raise KirejiError("the next one")
    monkeypatch.setattr(ahead, "take_in", stumble)
    monkeypatch.setattr(ahead.paths, "ROOT", tmp_path)
    monkeypatch.setattr(ahead, "LOG", tmp_path / "var" / "grading.log")
    folders = [Path("submitted") / name / "toy" for name in ("anna", "ben")]
    (_, reason), (_, next_reason) = ahead.judge_ahead(folders, workers=1)
    assert "judging anna's toy (RecursionError)" in reason and "var/grading.log" in reason and "Traceback" not in reason
    assert next_reason == "the next one"
    assert "deeper than expected" in ahead.LOG.read_text()
