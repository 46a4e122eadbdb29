"""Looks at what keeps a submission from the rest of the machine."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from kireji.doctor.finding import Finding, bad, good, odd

ANSWER_SECONDS = 5.0


def examine(sockets: Path | None) -> Iterator[Finding]:
    """Findings on where submissions run: in containers that listen in the folder `sockets`, or
    behind bubblewrap."""
    if sockets:
        yield _containers(sockets)
    else:
        yield _bubblewrap()
        yield _fast_start()
    yield _system_calls()


def _bubblewrap() -> Finding:
    from kireji.sandbox.bwrap_command import find_bwrap

    if sys.platform != "linux":
        return odd(
            "wall",
            "none: bubblewrap needs Linux. Untrusted work is not graded here",
            "Use docker compose, or --trust-submissions for work of your own.",
        )
    found = find_bwrap()
    if found is None:
        return bad(
            "wall",
            "no bubblewrap works here, so submissions of others are not graded",
            "apt install bubblewrap (0.8 or newer); in a container, allow user namespaces.",
        )
    return good("wall", f"bubblewrap works ({found})")


def _fast_start() -> Finding:
    """Where a sandbox hides the folder of the interpreter, each one starts from nothing."""
    folder = Path(sys.prefix).resolve()
    if folder.is_relative_to("/tmp"):
        return odd(
            "sandbox start",
            "this folder is below /tmp, which a sandbox replaces: each submission starts cold",
            "Move the folder to another place; grading is then about twice as fast.",
        )
    return good("sandbox start", "sandboxes are forked from a process that has imported PyTorch")


def _system_calls() -> Finding:
    from kireji.sandbox.syscalls import available

    if not available():
        return odd(
            "system calls",
            "libseccomp is missing: the second wall around a submission is not there",
            "apt install libseccomp2",
        )
    return good("system calls", "the filter can be made")


def _containers(folder: Path) -> Finding:
    found = sorted(folder.glob("*.sock")) if folder.is_dir() else []
    answering = sum(_answers(path) for path in found)
    if not answering:
        return bad(
            "sandboxes",
            f"none answers ({len(found)} sockets are there), so nothing can be graded",
            "docker compose up -d sandbox; docker compose logs sandbox",
        )
    return good("sandboxes", f"{answering} answer")


def _answers(path: Path) -> bool:
    """Whether a sandbox container is there, free or busy."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(ANSWER_SECONDS)
        try:
            line.connect(os.fspath(path))
            return bool(line.recv(1))
        except OSError:  # its container is gone, or starting
            return False
