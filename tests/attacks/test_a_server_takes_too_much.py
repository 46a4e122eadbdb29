"""A student's server that takes all it can get: memory, processes, disk. It is ended with a reason,
and the others go on."""

import json
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests.support.live_course import LiveCourse
from tests.support.running_course import MAX_WAIT_SECONDS, Terminal, outside

pytestmark = [pytest.mark.timeout(600), pytest.mark.needs("bubblewrap")]

# Each ends by itself, takes a known amount at most, and says how far it came. Carol's limits are in
# tests/running_course.py.
MEMORY = """
import pathlib, sys, time
taken = []
for number in range(75):
    taken.append(b"x" * (16 * 2**20))
    time.sleep(0.02)
time.sleep(3)
pathlib.Path(sys.argv[1]).write_text(str(len(taken)))
"""
PROCESSES = """
import os, pathlib, sys, time
children = []
for number in range(300):
    children.append(os.fork())
    if not children[-1]:
        time.sleep(4)
        os._exit(0)
time.sleep(3)
pathlib.Path(sys.argv[1]).write_text(str(len(children)))
"""
DISK = """
import pathlib, sys, time
for number in range(10):
    pathlib.Path(f"big{number}").write_bytes(b"x" * (20 * 2**20))
time.sleep(30 if "program.py" in sys.argv[0] else 0)
pathlib.Path(sys.argv[1]).write_text("10")
"""
ATTACKS = {
    "memory": (MEMORY, 75, "it ran out of memory"),
    "processes": (PROCESSES, 300, "it started too many processes"),
    "disk": (DISK, 10, "it filled the disk"),
}


@pytest.mark.parametrize("what", ATTACKS)
def test_without_a_limit_it_takes_all_it_wants(what: str, tmp_path: Path) -> None:
    """The attack works where the wall is taken away."""
    program, everything, _ = ATTACKS[what]
    assert outside(program, tmp_path) == everything


@pytest.mark.parametrize("what", ATTACKS)
def test_a_server_that_takes_too_much_is_ended_and_the_others_go_on(
    what: str, running: LiveCourse, bob: requests.Session
) -> None:
    program, _, reason = ATTACKS[what]
    note = running.root / "var" / "hub" / "accounts" / "carol" / "ended"
    with running.open_server("carol") as session:
        terminal = Terminal(running, session, "carol")
        (terminal.home / "program.py").write_text(program)
        before = {process.pid for process in running.processes()}
        with closing(terminal.open()) as connection:
            connection.send(json.dumps(["stdin", "python program.py reached.json\r"]))
            deadline = time.monotonic() + MAX_WAIT_SECONDS
            while not note.exists():
                assert time.monotonic() < deadline and not (terminal.home / "reached.json").exists()
                assert bob.get(f"{running.address}/user/bob/api/contents/").ok
                time.sleep(0.2)
    assert reason in note.read_text()
    while {process.pid for process in running.processes()} - before:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert running.can_log_in("bob")

    with running.open_server("carol") as session:  # which says it to her, once
        welcome = (terminal.home / "welcome.md").read_text()
        assert (
            welcome.startswith("> **Your last server was stopped because it ") and reason in welcome
        )
        # Who is over a limit at the start can come in and tidy up: it is not ended again.
        assert "DONE" in Terminal(running, session, "carol").type(
            f"sleep {12 if what == 'disk' else 0}; rm -f big*; echo DO''NE", "DONE"
        )
    assert not note.exists() and not list(terminal.home.glob("big*"))
