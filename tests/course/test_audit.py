"""The audit file: whole lines from many writers, bounded, and read back in order."""

import json
import multiprocessing
from pathlib import Path

import pytest

from kireji import paths
from kireji.course import audit


@pytest.fixture(autouse=True)
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "VAR", tmp_path)
    return tmp_path


def test_an_event_says_who_did_what_to_whom_and_when() -> None:
    audit.record("approved an account", "alice", by="dr.kay", reason="line\nbreak")
    (event,) = audit.read()
    assert event.pop("when").startswith("20")
    assert event == {
        "who": "dr.kay",
        "what": "approved an account",
        "whom": "alice",
        "reason": "line\nbreak",
    }


def write_many(number: int) -> None:
    for count in range(50):
        audit.record("counted", f"{number}-{count}", by="a process")


def test_many_processes_write_whole_lines() -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_many, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert len({event["whom"] for event in audit.read()}) == 200


def test_it_does_not_grow_for_ever(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MAX_BYTES", 2000)
    for count in range(300):
        audit.record("counted", str(count), by="somebody", more="x" * 10_000)
    files = [path for path in (course / "audit").iterdir() if path.suffix != ".lock"]
    assert sum(path.stat().st_size for path in files) < 5 * 4000
    kept = [int(event["whom"]) for event in audit.read()]
    assert kept == list(range(kept[0], 300)) and len(kept) >= 10


def test_a_full_disk_stops_no_work(
    course: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (course / "audit").write_text("in the way")
    audit.record("approved an account", "alice", by="dr.kay")
    assert "approved an account" in capsys.readouterr().err


def test_a_line_that_was_cut_off_hides_no_other(course: Path) -> None:
    audit.record("first", by="somebody")
    with (course / "audit" / audit.NAME).open("a") as file:
        file.write('{"when": "20\n[1]\n')
    audit.record("second", by="somebody")
    assert [event["what"] for event in audit.read()] == ["first", "second"]


def test_a_restore_keeps_what_was_done_here() -> None:
    audit.record("here", by="somebody")
    here = list(audit.read())
    (paths.VAR / "audit" / audit.NAME).write_text(
        json.dumps({"when": "2001-01-01", "who": "a", "what": "there", "whom": ""}) + "\n"
    )
    audit.add_earlier(here)
    audit.add_earlier(here)  # known already
    assert [event["what"] for event in audit.read()] == ["there", "here"]
