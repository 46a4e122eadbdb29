"""What every backend has in common: one submission's sockets, files and limits, and the command
that starts a kernel there."""

import functools
import json
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO

from kireji.course.layout import find_course
from kireji.sandbox.backends.zygote_client import ForkedKernel
from kireji.sandbox.guest.protocol import CHANNELS, SCRATCH_SHARES
from kireji.sandbox.limits import Limits
from kireji.sandbox.watchdog import Monitor, Watchdog

GUEST = Path(__file__).parents[1] / "guest"
WIRE = Path(__file__).parents[2] / "wire"
# the limits that the kernel of this machine keeps, for each process
KERNEL_LIMITS = ("address_space", "file_bytes", "open_files", "processes", "processor_seconds")

Process = subprocess.Popen[bytes] | ForkedKernel


def font_cache() -> Path:
    """A font cache of Matplotlib's, made once: building one costs a second in each sandbox."""
    return find_course().var / "matplotlib"


class Backend:
    """A fresh place for one submission, gone when it is closed. `open_backend` makes it.

    The kernel's sockets are opened here and handed over to it, one for each of CHANNELS, and one
    end of a pair for the agent: so nothing inside needs a folder that is also on this machine's
    disk.
    """

    ended_by_grader = False  # at a limit of the submission's own
    first = 1  # which of its processes, counted from the one that we started, is the first inside
    scratch: dict[str, int] = {}  # folders in memory, as seen from inside, and their sizes in bytes

    def __init__(self, files: Mapping[str, bytes], limits: Limits) -> None:
        # The path of a unix socket must be short, so not below the course's own folder.
        self.root = Path(tempfile.mkdtemp(prefix="kj-"))
        self.limits = limits
        self.shared = self.root / "s"
        self.shared.mkdir()
        self.shared.chmod(0o755)
        self.files = files
        self.sockets = {
            self.address(port): _listener(self.shared / f"k-{port}")
            for port, _ in enumerate(CHANNELS, 1)
        }
        self.agent, self.agent_inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.agent_number = self.agent_inside.fileno()  # the descriptor, inside as well
        self.filter: IO[bytes] | None = None

    @property
    def ip(self) -> str:
        """What Jupyter takes for the address: its sockets are called this, a dash, and a number."""
        return str(self.shared / "k")

    def address(self, port: int) -> str:
        return f"ipc://{self.ip}-{port}"

    def command(self, connection_file: str) -> list[str]:
        """What starts the kernel for `connection_file`."""
        raise NotImplementedError

    def start(self, connection_file: str) -> Process:
        """Start the kernel for `connection_file`, with nothing of ours but what is handed over: no
        environment, no terminal."""
        return subprocess.Popen(
            self.command(connection_file),
            env={"PATH": "/usr/bin:/bin"},
            cwd=self.shared,
            pass_fds=self.handed_over(),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @functools.cached_property
    def submission(self) -> Path:
        """A folder with the submission's files, for a command that is to mount or copy it."""
        folder = self.root / "submission"
        folder.mkdir()
        folder.chmod(0o755)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o644)
        return folder

    def handed_over(self) -> list[int]:
        """The descriptors that the kernel's process must inherit."""
        return [end.fileno() for end in self._kernel_ends()]

    def close_handed_over(self) -> None:
        """Keep no end of the kernel's: when it dies, that shows."""
        for end in self._kernel_ends():
            end.close()

    def _kernel_ends(self) -> list[socket.socket | IO[bytes]]:
        ends: list[socket.socket | IO[bytes]] = [*self.sockets.values(), self.agent_inside]
        return [*ends, self.filter] if self.filter else ends

    def failure(self) -> str | None:
        """Why the backend itself has failed, which is not the submission's doing; None while it
        works. Asked when the kernel is gone."""
        return None

    def may_have_failed(self) -> bool:
        """Whether the end of the kernel may be the backend's doing or the submission's: it cannot
        be told, so the submission runs again."""
        return False

    def close(self) -> None:
        """Remove its files from the disk."""
        self.close_handed_over()
        self.agent.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def kernel_limits(self) -> dict[str, float]:
        """What the kernel of this machine holds each process to."""
        return {name: value for name, value in asdict(self.limits).items() if name in KERNEL_LIMITS}

    def numbers(self) -> dict[str, int]:
        """The descriptors of the kernel's sockets, as the kernel has them, by address."""
        return {address: listener.fileno() for address, listener in self.sockets.items()}

    def start_options(
        self, copies: Mapping[str, str], uid: int | None = None, filter: str | None = None
    ) -> str:
        return json.dumps(
            {
                "uid": uid,
                "limits": self.kernel_limits(),
                "copies": copies,
                "sockets": self.numbers(),
                "agent": self.agent_number,
                "filter": filter,
            }
        )

    def watch(self, pid: int, end: Callable[[str], None]) -> Monitor:
        """Begin to hold the limits that are the submission's as a whole; `end` is called with the
        reason when one is reached."""
        watchdog = Watchdog(pid, self.limits, self.scratch, end, first=self.first)
        watchdog.start()
        return watchdog


def scratch_folders(limits: Limits) -> dict[str, int]:
    """The folders in memory that a submission has, and their sizes in bytes."""
    return {folder: int(limits.scratch_bytes * share) for folder, share in SCRATCH_SHARES.items()}


def _listener(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(16)
    return listener
