"""Two set-ups never work at once, and one that was killed blocks no other."""

import os
import signal
import subprocess
import sys

import pytest

from kireji.setup.lock import hold_lock

HOLDER = """
import subprocess, sys, time
from pathlib import Path
from kireji.setup.lock import hold_lock
with hold_lock(Path(sys.argv[1]), say=print) as earlier:
    child = None
    if sys.argv[2] == "with child":
        child = subprocess.Popen(["sleep", "60"], pass_fds=[earlier.descriptor])
    print("holding", child and child.pid, flush=True)
    if sys.argv[2] != "briefly":
        time.sleep(60)
"""


@pytest.fixture
def hold(tmp_path):
    """Start another process that holds the lock; all are killed at the end."""
    processes = []

    def start(how: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(tmp_path / "lock"), how],
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        holding, process.child = process.stdout.readline().split()
        assert holding == "holding"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_a_second_one_says_that_it_waits_and_waits(tmp_path, hold):
    first = hold("long")
    said = []

    def killing(sentence: str) -> None:
        said.append(sentence)
        first.send_signal(signal.SIGKILL)  # only now: the second one has met a held lock

    with hold_lock(tmp_path / "lock", say=killing) as earlier:
        assert earlier.was_broken_off
    assert said == ["Another set-up is at work in this folder; waiting for it."]


def test_a_killed_one_leaves_no_lock_behind(tmp_path, hold):
    first = hold("long")
    first.kill()
    first.wait()
    said = []
    with hold_lock(tmp_path / "lock", say=said.append) as earlier:
        assert earlier.was_broken_off
    assert said == []


def test_one_that_ended_well_is_no_cause_for_words(tmp_path, hold):
    hold("briefly").wait()
    with hold_lock(tmp_path / "lock", say=print) as earlier:
        assert not earlier.was_broken_off


def test_an_orphaned_installer_still_holds_it(tmp_path, hold):
    first = hold("with child")
    first.kill()
    first.wait()
    said = []

    def killing(sentence: str) -> None:
        said.append(sentence)
        os.kill(int(first.child), signal.SIGKILL)

    with hold_lock(tmp_path / "lock", say=killing):
        assert len(said) == 1
