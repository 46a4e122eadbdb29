"""The installation's secret: salt of the held-out split. Made once, readable by its owner only."""

import os
import secrets
from pathlib import Path

from kireji.errors import KirejiError

BYTES = 32


class SecretError(KirejiError):
    """The file with the secret is damaged."""


def read_or_make_secret(path: Path) -> bytes:
    """The secret in `path` (hexadecimal text, mode 0600), made if there is none. SecretError if
    the file is damaged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written whole under another name and then linked, so that no process reads half a secret
        # and of two set-ups at once only one makes it.
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(BYTES) + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    try:
        value = bytes.fromhex(path.read_text().strip())
    except ValueError:
        value = b""
    if len(value) < BYTES:
        raise SecretError(
            f"The secret in {path} is damaged; put the old one back, or delete the file to start a"
            " new course with another held-out split."
        )
    return value
