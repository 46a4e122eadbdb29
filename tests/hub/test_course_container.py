"""What runs in the course's container beside the formgrader's server, without containers;
tests/compose has them."""

import pytest

from kireji.errors import KirejiError
from kireji.hub.compose import course_log, grade_on_submit


def test_nothing_is_graded_on_submit_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(grade_on_submit.SETTING, raising=False)
    assert not grade_on_submit.wanted()
    monkeypatch.setenv(grade_on_submit.SETTING, "yes")
    assert grade_on_submit.wanted()


def test_a_setting_that_is_neither_yes_nor_no_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(grade_on_submit.SETTING, "maybe")
    with pytest.raises(
        KirejiError, match="KIREJI_GRADE_ON_SUBMIT is 'maybe'; it must be yes or no"
    ):
        grade_on_submit.wanted()


def test_a_command_leaves_one_line_in_the_log(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(course_log, "LOG", str(tmp_path / "log"))
    course_log.tell("kireji grade a\nforged line " + "x" * 5000)
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert "command line: kireji grade a forged line" in line and len(line) == course_log.MAX_LENGTH


def test_a_log_that_cannot_be_written_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setattr(course_log, "LOG", str(tmp_path / "nowhere" / "log"))
    course_log.tell("kireji grade")
    assert not list(tmp_path.iterdir())
