"""Where the hub of this course answers, for a command that must ask it."""

import fcntl
import os
from pathlib import Path

from kireji import paths
from kireji.course.settings import load
from kireji.errors import KirejiError

IN_COMPOSE = "http://hub:8081"  # as the keeper sees it


def address() -> str | None:
    """The running hub's address; None where the embedded hub does not run.

    KirejiError in the compose deployment, where servers go on without the hub, so that it must
    run."""
    held = _holder(paths.HUB_LOCK)
    if load().in_compose:
        if held is None:
            raise KirejiError("The hub is not running. Start it first: docker compose up -d hub")
        return IN_COMPOSE
    if held == "":
        raise KirejiError("The hub is just starting. Run the command again when it answers.")
    return held


def _holder(lock: Path) -> str | None:
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
