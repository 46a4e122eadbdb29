"""Secrets that two services share: the hub makes them at its first start, the other one waits for
its own."""

import secrets
import time
from pathlib import Path

from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.files.atomic import write_whole

# a volume for each key, mounted in the hub and in the one other service that it is for
KEYS = "keys"
MAX_WAIT_SECONDS = 120.0


def proxy(course: Course) -> Path:
    """The key of the proxy."""
    return course.var / KEYS / "proxy" / "key"


def door(course: Course) -> Path:
    """The key of the door, which is a part of the proxy."""
    return course.var / KEYS / "proxy" / "door"


def course_service(course: Course) -> Path:
    """The key of the course service."""
    return course.var / KEYS / "course" / "key"


def desk(course: Course) -> Path:
    """The key of the desk."""
    return course.var / KEYS / "desk" / "key"


def make(key: Path) -> str:
    """The key, made if it is not there yet; readable by the services' own account only."""
    if not key.exists():
        write_whole(key, secrets.token_hex(32), mode=0o600)
    return key.read_text()


def wait_for(key: Path, seconds: float = MAX_WAIT_SECONDS) -> str:
    """The key, as soon as the hub has made it; KirejiError if it does not in time."""
    deadline = time.monotonic() + seconds
    while not key.exists():
        if time.monotonic() > deadline:
            raise KirejiError(
                f"The hub made no key within {seconds:.0f} seconds. What does it say? docker"
                " compose logs hub"
            )
        time.sleep(0.2)
    return key.read_text()
