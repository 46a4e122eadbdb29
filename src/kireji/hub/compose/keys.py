"""Secrets that two services share: the hub makes them at its first start, the other one waits for
its own."""

import secrets
import time
from pathlib import Path

from kireji.errors import KirejiError
from kireji.files.atomic import write_whole
from kireji.paths import VAR

# a volume for each key, mounted in the hub and in the one other service that it is for
KEYS = VAR / "keys"
PROXY, COURSE = KEYS / "proxy" / "key", KEYS / "course" / "key"
DESK = KEYS / "desk" / "key"
DOOR = KEYS / "proxy" / "door"  # the door is a part of the proxy
MAX_WAIT_SECONDS = 120.0  # seconds


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
