"""The audit file: whole lines from many writers, bounded, and read back in order."""

import json
import multiprocessing
from pathlib import Path

import pytest

from kireji.course import audit
from kireji.course.audit import AuditFile


@pytest.fixture
def file(tmp_path: Path) -> AuditFile:
    return AuditFile(tmp_path / "audit")


def test_an_event_says_who_did_what_to_whom_and_when(file: AuditFile) -> None:
    file.record("approved an account", "alice", by="dr.kay", reason="line\nbreak")
    (event,) = file.read()
    assert event.pop("when").startswith("20")
    assert event == {
        "who": "dr.kay",
        "what": "approved an account",
        "whom": "alice",
        "reason": "line\nbreak",
    }


def write_many(file: AuditFile, number: int) -> None:
    for count in range(50):
        file.record("counted", f"{number}-{count}", by="a process")


def test_many_processes_write_whole_lines(file: AuditFile) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_many, args=(file, number)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert len({event["whom"] for event in file.read()}) == 200


def test_it_does_not_grow_for_ever(file: AuditFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MAX_BYTES", 2000)
    for count in range(300):
        file.record("counted", str(count), by="somebody", more="x" * 10_000)
    files = [path for path in file.folder.iterdir() if path.suffix != ".lock"]
    assert sum(path.stat().st_size for path in files) < 5 * 4000
    kept = [int(event["whom"]) for event in file.read()]
    assert kept == list(range(kept[0], 300)) and len(kept) >= 10


def test_a_full_disk_stops_no_work(
    file: AuditFile, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.folder.write_text("in the way")
    file.record("approved an account", "alice", by="dr.kay")
    assert "approved an account" in capsys.readouterr().err


def test_a_line_that_was_cut_off_hides_no_other(file: AuditFile) -> None:
    file.record("first", by="somebody")
    with (file.folder / audit.NAME).open("a") as lines:
        lines.write('{"when": "20\n[1]\n')
    file.record("second", by="somebody")
    assert [event["what"] for event in file.read()] == ["first", "second"]


def test_a_restore_keeps_what_was_done_here(file: AuditFile) -> None:
    file.record("here", by="somebody")
    here = list(file.read())
    (file.folder / audit.NAME).write_text(
        json.dumps({"when": "2001-01-01", "who": "a", "what": "there", "whom": ""}) + "\n"
    )
    file.add_earlier(here)
    file.add_earlier(here)  # known already
    assert [event["what"] for event in file.read()] == ["there", "here"]
