"""Looks at the embedded hub: does it run, and is its port free?"""

import errno
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from kireji.doctor.finding import Finding, bad, good, odd
from kireji.files.lock_holder import holder

PORT = 8000
ANSWER_SECONDS = 10.0


def examine(lock: Path) -> Iterator[Finding]:
    """Findings on the hub that holds `lock` while it runs and writes its address there."""
    address = holder(lock)
    if address is None:
        yield _free_port(PORT)
    elif not address:
        yield good("hub", "it is starting")
    else:
        yield _answering(address)


def _answering(address: str) -> Finding:
    try:
        with urllib.request.urlopen(f"{address}/hub/health", timeout=ANSWER_SECONDS):
            return good("hub", f"it answers at {address}")
    except (OSError, urllib.error.HTTPError) as error:
        return bad(
            "hub",
            f"it runs and does not answer at {address} ({error})",
            "var/hub/hub.log says why; Ctrl-C and ./kireji up start it again.",
        )


def _free_port(port: int) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return odd(
                    "hub",
                    f"it is not running, and another program uses port {port}",
                    "./kireji up --port 8001",
                )
            raise
    return good("hub", f"it is not running; port {port} is free")
