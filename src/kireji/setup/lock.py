"""One set-up at a time in a folder, by a lock that the system drops when its holders are gone."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

RUNNING = b"running"


@dataclass(frozen=True)
class Earlier:
    was_broken_off: bool
    descriptor: int  # children keep it open: an orphaned installer still holds the lock


@contextmanager
def hold_lock(path: Path, say: Callable[[str], None]) -> Iterator[Earlier]:
    """Hold the lock file at `path`; wait, after saying so, while another set-up holds it.

    The file's content tells the next run whether this one came to its end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up is at work in this folder; waiting for it.")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        was_broken_off = os.pread(descriptor, len(RUNNING), 0) == RUNNING
        os.pwrite(descriptor, RUNNING, 0)
        yield Earlier(was_broken_off, descriptor)
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)
