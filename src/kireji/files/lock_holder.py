"""Reads what a program wrote into the lock that it holds. Standard library only, for the doctor."""

import fcntl
import os
from pathlib import Path


def holder(lock: Path) -> str | None:
    """The content of a lock that is held; None if it is not."""
    if not lock.exists():
        return None
    handle = os.open(lock, os.O_RDWR)
    with open(handle) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read().strip()
    return None
