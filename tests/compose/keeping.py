"""Backup and restore of a deployment, as docs/howto/run-a-class.md says to do them."""

import hashlib
import os
import subprocess
from pathlib import Path

from tests.compose.stack import MAX_WAIT_SECONDS, Stack, composes
from tests.support.clone import ROOT

VOLUMES = ("homes", "exchange", "hub", "course")
MADE_ANEW = {
    "up.lock",
    "jupyterhub.sqlite",
    "gradebook.db",
    "report_index.db",
    "readings.db",
    "runs.db",
    "jupyter",
    "data",
    "setup",
    "setup.log",
    "setup.lock",
    "judgements",
    "keys",
    "backups",
    "restored-times.json",
    "copies",
}  # or copied by SQLite's own means


def keeper(stack: Stack, *words: str, given: bytes = b"") -> bytes:
    """Run the keeper; what it wrote to standard output."""
    done = subprocess.run(
        [*stack.command, "run", "--rm", "-T", "keeper", *words],
        cwd=ROOT,
        input=given,
        env=os.environ | stack.settings,
        capture_output=True,
        timeout=MAX_WAIT_SECONDS,
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-3000:]
    return done.stdout


def state(stack: Stack) -> dict[str, tuple]:
    """Everything in the volumes that a restore brings back as it was: owner, mode, time,
    content."""
    found = {}
    for volume in VOLUMES:
        root = stack.volume(volume)
        for path in root.rglob("*"):
            inner = path.relative_to(root)
            # JupyterLab writes those
            if not MADE_ANEW & set(inner.parts) and not any(
                part.startswith(".") for part in inner.parts
            ):
                status = path.lstat()
                kind = (
                    ("link", os.readlink(path))
                    if path.is_symlink()
                    else ("file", digest(path))
                    if path.is_file()
                    else ("folder", "")
                )
                times = status.st_mtime_ns if kind[0] != "folder" else 0
                found[f"{volume}/{inner}"] = (status.st_uid, status.st_mode, times, *kind)
    return found


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def empty_one(stack: Stack) -> Stack:
    """Another deployment of the same images, which was never started; by the oldest Compose there
    is."""
    other = Stack(KIREJI_VERSION=stack.settings["KIREJI_VERSION"])
    *_, other.command = composes().values()
    other.project = other.settings["COMPOSE_PROJECT_NAME"] = stack.project + "-empty"
    return other
