"""The grader's end of the zygote (`guest/zygote.py`): starts it once, and asks it for a
kernel in a fresh sandbox.

Everything that makes a start slow is done once; a submission pays for a fork and for walls of its
own.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kireji.sandbox.guest.protocol import LENGTH

READY_SECONDS = 240.0  # to import torch and the rest: 10, and 85 on a very busy machine
ANSWER_SECONDS = 60.0  # until a child is there
LOST = -9  # the status where the zygote can no longer tell it


class ZygoteError(Exception):
    """There is no zygote here, or it cannot do what it should; the text says why."""


class ForkedKernel:
    """A kernel's process that somebody else started: what jupyter_client asks of a
    `subprocess.Popen`.

    It is the first process of its namespace: when it ends, all inside end.
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pidfd: int) -> None:
        self.connection, self.pidfd = connection, pidfd
        self.pid = _pid_of(pidfd)
        self.returncode: int | None = None
        self.said = b""  # by the child, and last of all its status, by the zygote
        self.burying = threading.Lock()

    def poll(self) -> int | None:
        """Its exit status as a shell tells it, None while it runs."""
        if self.returncode is None and _is_readable(self.pidfd, 0):
            return self._bury()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, when it has ended. TimeoutExpired after `timeout` seconds."""
        if self.returncode is None:
            if not _is_readable(self.pidfd, timeout):
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            return self._bury()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.kill()

    def _bury(self) -> int:
        with self.burying:
            if self.returncode is None:
                self.returncode = self._status()
                self.connection.close()
                os.close(self.pidfd)
            return self.returncode

    def _status(self) -> int:
        self.connection.settimeout(ANSWER_SECONDS)
        with contextlib.suppress(OSError):
            while part := self.connection.recv(4096):
                self.said += part
        *_, last = self.said.decode(errors="replace").split("\n")[:-1] or [""]
        return int(last) if last.lstrip("-").isdigit() else LOST


class Zygote:
    """A zygote that this process has started; `address` is where this process, and those that it
    starts, find it."""

    def __init__(self, command: Any) -> None:
        """command: from a listener, a lifeline, both open sockets, makes (arguments, more
        descriptors to hand over)."""
        # mode 700: no other user can send it orders
        self.folder = Path(tempfile.mkdtemp(prefix="kj-"))
        self.address = str(self.folder / "zygote")
        self.owner = os.getpid()
        lifeline, inside = socket.socketpair()
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            stack.enter_context(inside)
            listener.bind(self.address)
            listener.listen(64)
            arguments, files = command(listener.fileno(), inside.fileno())
            for file in files:
                stack.enter_context(file)
            handed_over = [listener.fileno(), inside.fileno(), *(file.fileno() for file in files)]
            self.process = subprocess.Popen(
                arguments,
                env={"PATH": "/usr/bin:/bin"},
                cwd="/",
                pass_fds=handed_over,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        self.lifeline = lifeline
        try:
            lifeline.settimeout(READY_SECONDS)
            if not lifeline.recv(1):
                assert self.process.stderr is not None  # a pipe
                raise ZygoteError(
                    self.process.stderr.read().decode(errors="replace")[-2000:] or "it ended"
                )
        except (OSError, ZygoteError) as error:
            self.close()
            raise ZygoteError(str(error)) from None

    def close(self) -> None:
        """End it, and all that it started."""
        if os.getpid() != self.owner:
            return
        self.lifeline.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def fork(
    address: str, order: Mapping[str, Any], files: Mapping[str, bytes], descriptors: list[int]
) -> ForkedKernel:
    """Ask the zygote at `address` for a child that carries out `order` (guest/zygote.py says what
    it holds).

    ZygoteError if it is gone."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(ANSWER_SECONDS)
        connection.connect(address)
        _, (pidfd,), _, _ = socket.recv_fds(connection, 1, 1)
        text = json.dumps(
            dict(order) | {"files": {name: len(content) for name, content in files.items()}}
        ).encode()
        socket.send_fds(connection, [LENGTH.pack(len(text))], descriptors)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # how it ended says more
            connection.sendall(text)
            for content in files.values():
                connection.sendall(content)
        return ForkedKernel(connection, pidfd)
    except (OSError, ValueError) as error:
        connection.close()
        raise ZygoteError(f"{type(error).__name__}: {error}") from None


def _is_readable(descriptor: int, seconds: float | None) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def _pid_of(pidfd: int) -> int:
    with open(f"/proc/self/fdinfo/{pidfd}") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pid:"))
