"""Whether a service is running: it holds a lock on a file for as long as its process lives.
Standard library only."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from kireji.errors import KirejiError


def hold(lock: Path) -> None:
    """Hold the lock until this process ends, also when it becomes another program. Waits while
    somebody else has it."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(handle, True)
    fcntl.flock(handle, fcntl.LOCK_EX)


@contextlib.contextmanager
def keep_stopped(lock: Path, service: str) -> Iterator[None]:
    """Keep a service from starting. KirejiError if it is running."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(lock, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KirejiError(
                f"The {service} is running. Nothing was changed. Stop everything first: docker"
                " compose stop"
            ) from None
        yield
