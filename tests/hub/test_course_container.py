"""What runs in the course's container next to the formgrader's server, without containers;
tests/compose has them."""

import pytest

from kireji.hub.compose import course_log


def test_a_command_leaves_one_line_in_the_log(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("KIREJI_LOG", str(tmp_path / "log"))
    course_log.tell("kireji grade a\nforged line " + "x" * 5000)
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert "command line: kireji grade a forged line" in line and len(line) == course_log.MAX_LENGTH


def test_a_log_that_cannot_be_written_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setenv("KIREJI_LOG", str(tmp_path / "nowhere" / "log"))
    course_log.tell("kireji grade")
    assert not list(tmp_path.iterdir())
