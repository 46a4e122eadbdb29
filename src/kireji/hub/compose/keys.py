"""Secrets that two services share: the hub makes them at its first start, the other one waits for its own."""

import os
import secrets
import time
from pathlib import Path

from kireji.errors import KirejiError
from kireji.paths import VAR

KEYS = VAR / "keys"         # a volume for each key, mounted in the hub and in the one other service that it is for
PROXY, COURSE = KEYS / "proxy" / "key", KEYS / "course" / "key"
PATIENCE = 120.0            # seconds


def make(key: Path) -> str:
    """The key, made if it is not there yet; readable by the services' own account only."""
    if not key.exists():
        draft = key.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        draft.replace(key)
    return key.read_text()


def wait_for(key: Path, seconds: float = PATIENCE) -> str:
    """The key, as soon as the hub has made it; KirejiError if it does not in time."""
    deadline = time.monotonic() + seconds
    while not key.exists():
        if time.monotonic() > deadline:
            raise KirejiError(f"The hub made no key within {seconds:.0f} seconds. What does it say? docker compose logs hub")
        time.sleep(0.2)
    return key.read_text()
