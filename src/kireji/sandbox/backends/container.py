"""Another wall behind the same interface: a sandbox container, reached through its supervisor's
unix socket.

The grader's line to a supervisor is the submission's life: when it is closed, the supervisor
removes all traces. The kernel's sockets are handed over to the container through that line, so that
nothing lies between it and the grader.
"""

import base64
import contextlib
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kireji.errors import PlatformError
from kireji.sandbox.backends.base import Backend, scratch_folders
from kireji.sandbox.environment import HOME, in_container
from kireji.sandbox.guest.protocol import CHANNELS, FIRST_DESCRIPTOR, FREE, START, TAKE_STOCK
from kireji.sandbox.limits import DEFAULT, Limits
from kireji.sandbox.syscalls import read_filter
from kireji.sandbox.watchdog import Usage

GIVEN = "/sandbox/given"  # the image's
PROCESS = Path(__file__).with_name("container_process.py")
NONE = (
    "no sandbox container answers, so nothing can be graded (start them: docker compose up -d"
    " sandbox)"
)
GONE = "the sandbox container in which it ran was ended or does not answer"
PAUSE_SECONDS, MAX_WAIT_SECONDS, ANSWER_SECONDS = 0.1, 60.0, 10.0


class ContainerBackend(Backend):
    """In a sandbox container: no network, a uid of its own, and nothing of the course."""

    def __init__(self, files: Mapping[str, bytes], limits: Limits, folder: Path) -> None:
        super().__init__(files, limits)
        self.scratch = scratch_folders(DEFAULT)  # made with the container
        self.agent_number = FIRST_DESCRIPTOR + len(CHANNELS)
        self.reports: Reports | None = None
        self.lifeline, self.lifeline_inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.line = reserve(folder)
        except BaseException:
            super().close()
            raise

    def numbers(self) -> dict[str, int]:
        return {address: FIRST_DESCRIPTOR + index for index, address in enumerate(self.sockets)}

    def command(self, connection_file: str) -> list[str]:
        """Have the supervisor start the kernel; returns the command of the process that represents
        it here."""
        program = read_filter()
        files = sorted(self.submission.iterdir())
        start = {
            "environment": in_container(),
            "connection": Path(connection_file).read_text(),
            "limits": asdict(self.limits),
            "files": {path.name: path.stat().st_size for path in files},
            "options": self.start_options(
                {f"{GIVEN}/matplotlib": f"{HOME}/matplotlib"},
                filter=base64.b64encode(program).decode() if program else None,
            ),
        }
        handed = [*self.sockets.values(), self.agent_inside, self.lifeline_inside]
        try:
            socket.send_fds(self.line, [START], [thing.fileno() for thing in handed])
            self.line.sendall(json.dumps(start).encode() + b"\n")
            for path in files:
                self.line.sendall(path.read_bytes())
        except OSError as error:
            raise PlatformError(f"{GONE} ({error})") from None
        return [sys.executable, "-I", "-S", str(PROCESS), str(self.lifeline.fileno())]

    def handed_over(self) -> list[int]:
        """The supervisor has the kernel's ends; the process that represents it gets the
        lifeline."""
        return [self.lifeline.fileno()]

    def close_handed_over(self) -> None:
        super().close_handed_over()
        self.lifeline.close()
        self.lifeline_inside.close()

    def watch(self, pid: int, end: Callable[[str], None]) -> "Reports":
        """The supervisor watches; here is heard what it says."""
        self.reports = Reports(self.line, end)
        self.reports.start()
        return self.reports

    def failure(self) -> str | None:
        """The container has failed if its supervisor no longer answers: no submission can reach
        that."""
        return None if self.reports and self.reports.look(MAX_WAIT_SECONDS) else GONE

    def close(self) -> None:
        """Release the container. It takes the next submission when this one is gone."""
        self.line.close()
        super().close()


class Reports(threading.Thread):
    """What a supervisor says of the submission: the reason why it ended it, and what it used.
    The Monitor of a submission that a watchdog in the container follows."""

    def __init__(self, line: socket.socket, end: Callable[[str], None]) -> None:
        super().__init__(name="reports", daemon=True)
        self.line, self.end = line, end
        self.peak = Usage()
        self.full: set[str] = set()
        self.heard = threading.Event()

    def run(self) -> None:
        # an error: it was closed, by us or by a container that went
        with contextlib.suppress(OSError, ValueError), self.line.makefile("rb") as lines:
            for text in lines:
                self.hear(json.loads(text))

    def hear(self, report: dict[str, Any]) -> None:
        self.peak, self.full = Usage(**report["peak"]), set(report["full"])
        if report["reason"]:
            self.end(report["reason"])
        self.heard.set()

    def look(self, seconds: float = ANSWER_SECONDS) -> bool:
        """Have the supervisor take stock now, and wait for what it says. False if it says nothing
        in time, or is gone."""
        self.heard.clear()
        with contextlib.suppress(OSError):
            self.line.sendall(TAKE_STOCK)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline and self.is_alive():
                if self.heard.wait(PAUSE_SECONDS):
                    return True
        return self.heard.is_set()

    def stop(self) -> None:
        """Say that no more is wanted, and hear what was on its way."""
        with contextlib.suppress(OSError):
            self.line.shutdown(socket.SHUT_WR)
        self.join(ANSWER_SECONDS)


def reserve(folder: Path) -> socket.socket:
    """Wait for a container that is free: the line that holds it.

    PlatformError if for a while there is none that answers at all."""
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while True:
        for path in sorted(folder.glob("*.sock")):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(ANSWER_SECONDS)
            try:
                line.connect(str(path))
                answer = line.recv(1)
            except OSError:  # it is starting, ending, or gone
                answer = b""
            if answer:
                # somebody is there, if only to say that it is busy
                deadline = time.monotonic() + MAX_WAIT_SECONDS
            if answer == FREE:
                line.settimeout(None)
                return line
            line.close()
        if time.monotonic() > deadline:
            raise PlatformError(NONE)
        time.sleep(PAUSE_SECONDS)
