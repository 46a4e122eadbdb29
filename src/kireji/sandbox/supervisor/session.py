"""One submission in the container: started, watched, and removed without a trace."""

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kireji.sandbox import environment
from kireji.sandbox.backends.zygote_client import ForkedKernel
from kireji.sandbox.guest.protocol import (
    FIRST_DESCRIPTOR,
    FREE,
    MAX_DESCRIPTORS,
    START,
    TAKE_STOCK,
)
from kireji.sandbox.limits import Limits
from kireji.sandbox.supervisor import OWN, uid_cleanup
from kireji.sandbox.supervisor.watchdog import ContainerWatchdog, charged
from kireji.sandbox.supervisor.zygote import ZygoteStarter

WORK, HOME = Path(environment.WORK), Path(environment.HOME)
START_PROGRAM = "/sandbox/agent/start.py"
MAX_ORDER_BYTES = 2**18  # of what is said before the files


class Session:
    """One submission: from the grader's call to its hanging up."""

    def __init__(self, line: socket.socket, uid: int, zygote: ZygoteStarter) -> None:
        self.line, self.uid, self.zygote = line, uid, zygote
        self.descriptors: list[int] = []
        self.kernel: subprocess.Popen[bytes] | ForkedKernel | None = None
        self.watchdog: ContainerWatchdog | None = None

    def run(self) -> None:
        """Start what the grader sends and hold on until it hangs up."""
        with contextlib.suppress(ConnectionError):
            self.line.sendall(FREE)
            first, self.descriptors, _, _ = socket.recv_fds(self.line, 1, MAX_DESCRIPTORS)
            if first != START:  # it gave up
                return
            lifeline = socket.socket(fileno=self.descriptors.pop())
            with self.line.makefile("rb") as stream:
                self.start(json.loads(stream.readline(MAX_ORDER_BYTES)), stream)
            self.watch(lifeline)

    def start(self, asked: dict[str, Any], stream: Any) -> None:
        """Lay out the files and start the kernel."""
        with uid_cleanup.acting_as(self.uid):
            for folder in (WORK, HOME):
                # root must be able to start a program there, and owns nothing there
                folder.mkdir(mode=0o755)
            for name, size in asked["files"].items():
                (WORK / os.path.basename(name)).write_bytes(stream.read(size))
        before = charged() or 0
        OWN.mkdir(exist_ok=True)
        connection_file = OWN / "kernel.json"
        connection_file.write_text(asked["connection"])
        self.kernel = self.fork(asked, connection_file) or self.start_cold(asked, connection_file)
        self.close_descriptors()  # when the kernel dies, that shows
        self.watchdog = ContainerWatchdog(Limits(**asked["limits"]), self.report, before)
        self.watchdog.start()

    def fork(self, asked: dict[str, Any], connection_file: Path) -> ForkedKernel | None:
        """The kernel as a child of the zygote, if that has the environment asked for."""
        if asked["environment"] != environment.in_container():  # a grader of another version
            return None
        order = {
            "uid": self.uid,
            "environment": asked["environment"],
            "folder": str(WORK),
            "connection": str(connection_file),
            "options": asked["options"],
        }
        return self.zygote.fork(order, self.descriptors)

    def start_cold(self, asked: dict[str, Any], connection_file: Path) -> subprocess.Popen[bytes]:
        """The kernel as a Python of its own."""
        numbers = range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + len(self.descriptors))
        for descriptor, number in zip(self.descriptors, numbers, strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)
        self.descriptors = list(numbers)
        return subprocess.Popen(
            [sys.executable, "-P", START_PROGRAM, asked["options"], str(connection_file)],
            env=asked["environment"],
            cwd=WORK,
            umask=0o022,
            start_new_session=True,
            pass_fds=self.descriptors,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self.uid,
            group=self.uid,
            extra_groups=[],
        )

    def watch(self, lifeline: socket.socket) -> None:
        """Tell the lifeline how the kernel ended; end it when the lifeline is let go, and all when
        the line is."""
        kernel, watchdog = self.kernel, self.watchdog
        assert kernel is not None and watchdog is not None  # `start` made them
        ended = (
            os.dup(kernel.pidfd) if isinstance(kernel, ForkedKernel) else os.pidfd_open(kernel.pid)
        )
        waiting = {ended, lifeline.fileno(), self.line.fileno()}
        while self.line.fileno() in waiting:
            ready, _, _ = select.select(waiting, [], [])
            if ended in ready:
                uid_cleanup.kill_all(self.uid)
                with contextlib.suppress(OSError):
                    lifeline.sendall(f"{as_shell(kernel.wait())}\n".encode())
            elif lifeline.fileno() in ready:
                uid_cleanup.kill_all(self.uid)
            waiting -= set(ready)
            if self.line.fileno() in ready and self.line.recv(1) == TAKE_STOCK:
                watchdog.look()
                self.report(None)
                waiting.add(self.line.fileno())
        os.close(ended)
        lifeline.close()

    def report(self, reason: str | None) -> None:
        """Tell the grader what was used, and why it ends here if there is a `reason`."""
        assert self.watchdog is not None  # it calls this, or `watch` does
        used = {
            "peak": asdict(self.watchdog.peak),
            "full": sorted(self.watchdog.full),
            "reason": reason,
        }
        with contextlib.suppress(OSError):
            self.line.sendall(json.dumps(used).encode() + b"\n")
        if reason:
            uid_cleanup.kill_all(self.uid)

    def close_descriptors(self) -> None:
        while self.descriptors:
            os.close(self.descriptors.pop())

    def end(self) -> bool:
        """Leave nothing: no process, no file, no segment of memory. False if something is left."""
        self.close_descriptors()
        if self.watchdog:
            self.watchdog.stop()
            self.report(None)
        self.line.close()
        clean = uid_cleanup.clear(self.uid)
        if self.kernel:
            self.kernel.wait()
        return clean


def as_shell(status: int) -> int:
    """An exit status as a shell tells it: 128 and the signal's number for who was killed."""
    return status if status >= 0 else 128 - status
