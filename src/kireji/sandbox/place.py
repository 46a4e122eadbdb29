"""Where one submission runs: the folders it gets and the command that starts a kernel there, behind
a wall or without."""

import atexit
import contextlib
import functools
import itertools
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO

import psutil

from kireji import paths
from kireji.errors import KirejiError
from kireji.sandbox import warm
from kireji.sandbox.bubblewrap import (
    Mount,
    Wall,
    can_change_uid,
    command,
    find_bwrap,
    interpreter_mounts,
)
from kireji.sandbox.environment import environment
from kireji.sandbox.limits import DEFAULT, Limits
from kireji.sandbox.syscalls import open_filter
from kireji.sandbox.watchdog import Watchdog

INSIDE = Path(__file__).parent / "inside"
WIRE = Path(__file__).parents[1] / "wire"
# a font cache made once: building one costs a second in each sandbox
MATPLOTLIB = paths.VAR / "matplotlib"
NEEDED = ("address_space", "file_bytes", "open_files", "processes", "processor_seconds")
CHANNELS = ("shell", "iopub", "stdin", "control", "hb")  # in the order of their ports, from 1 on
AGENT = "/sandbox/agent"
COPIES = {"/sandbox/given/matplotlib": "/sandbox/home/matplotlib"}
FIRST_UID = 1_000_000_000  # where the uids of submissions begin: far from any account's

NO_WALL = """There is no working bubblewrap on this machine, so nothing would keep a submission from reading the \
hidden tests and your files. Install it (Debian, Ubuntu: apt install bubblewrap), grade in Docker, or, if you trust \
every submission, say so: --trust-submissions"""

_numbers = itertools.count()
Process = subprocess.Popen | warm.Forked


class Place:
    """A fresh place for one submission, gone when it is closed. Use `open_place`.

    The kernel's sockets are opened here and handed over to it, one for each of CHANNELS, and one
    end of a pair for the agent: so nothing inside needs a folder that is also on this machine's
    disk.
    """

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
        own = [*self.sockets.values(), self.agent_inside, *filter(None, [self.filter])]
        return [thing.fileno() for thing in own]

    def close_handed_over(self) -> None:
        """Keep no end of the kernel's: when it dies, that shows."""
        for thing in (*self.sockets.values(), self.agent_inside, *filter(None, [self.filter])):
            thing.close()

    def failure(self) -> str | None:
        """Why the place itself has failed, which is not the submission's doing; None while it
        works. Asked when the kernel is gone."""
        return None

    def close(self) -> None:
        """Remove every trace of it from the disk."""
        self.close_handed_over()
        self.agent.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def kernel_limits(self) -> dict[str, float]:
        """What the kernel of this machine holds each process to."""
        return {name: value for name, value in asdict(self.limits).items() if name in NEEDED}

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

    def watch(self, pid: int, end: Callable[[str], None]) -> Watchdog:
        """Begin to hold the limits that are the submission's as a whole; `end` is called with the
        reason when one is reached."""
        watchdog = Watchdog(pid, self.limits, self.scratch, end, first=self.first)
        watchdog.start()
        return watchdog


class WalledPlace(Place):
    """Behind bubblewrap: no network, no other processes, and of the file system only what is listed
    here.

    The kernel is forked by a parent behind such a wall (`warm.py`) into walls of its own, which
    takes a tenth of the time; where this Linux does not allow that, it is started there from
    nothing."""

    def __init__(self, files: Mapping[str, bytes], limits: Limits) -> None:
        super().__init__(files, limits)
        self.scratch = scratch_folders(limits)

    def start(self, connection_file: str) -> Process:
        address = warm_address() if self.scratch == scratch_folders(DEFAULT) else None
        if address:
            order = {
                "uid": _uid_of_its_own() if _has_own_uid() else None,
                "limits": self.kernel_limits(),
                "addresses": list(self.sockets),
                "connection": Path(connection_file).read_text(),
            }
            handed_over = [thing.fileno() for thing in (*self.sockets.values(), self.agent_inside)]
            # it has died: the next process to ask starts another
            with contextlib.suppress(warm.NoParent):
                forked = warm.fork(address, order, self.files, handed_over)
                self.agent_number, self.first = warm.AGENT, 0
                return forked
        return super().start(connection_file)

    def command(self, connection_file: str) -> list[str]:
        uid = _uid_of_its_own() if _has_own_uid() else None
        self.filter = open_filter()
        wall = _wall(
            self.scratch,
            uid is not None,
            self.filter,
            Mount(INSIDE / "start.py", f"{AGENT}/start.py"),
            Mount(self.submission, "/sandbox/given/submission"),
            Mount(self.shared, str(self.shared)),
        )
        copies = COPIES | {"/sandbox/given/submission": "/sandbox/work"}
        program = [
            sys.executable,
            f"{AGENT}/start.py",
            self.start_options(copies, uid),
            connection_file,
        ]
        return command(_bwrap(), wall, program)


def _wall(
    scratch: Mapping[str, int],
    own_uid: bool,
    filter_file: IO[bytes] | None,
    *more: Mount,
    parent: bool = False,
) -> Wall:
    """The wall that every sandbox stands behind, and `more` mounts."""
    data = (Mount(paths.LAB_DATA, "/sandbox/data"),) if paths.LAB_DATA.exists() else ()
    fonts = (Mount(MATPLOTLIB, "/sandbox/given/matplotlib"),) if MATPLOTLIB.exists() else ()
    return Wall(
        mounts=(
            *interpreter_mounts(),
            *data,
            *fonts,
            Mount(paths.LAB / "attention_lab", "/sandbox/lab/attention_lab"),
            Mount(INSIDE / "agent.py", f"{AGENT}/agent.py"),
            Mount(WIRE, f"{AGENT}/wire"),
            *more,
        ),
        environment=environment("/sandbox/work", "/sandbox/home")
        | {"PYTHONPATH": f"/sandbox/lab:{AGENT}", "ATTENTION_LAB_DATA": "/sandbox/data"},
        folder="/sandbox/work",
        scratch=scratch,
        own_uid=own_uid,
        parent=parent,
        filter=None if filter_file is None or parent else filter_file.fileno(),
    )


def _bwrap() -> str:
    bwrap = find_bwrap()
    if bwrap is None:
        raise KirejiError(NO_WALL)
    return bwrap


def _has_own_uid() -> bool:
    return can_change_uid() and _others_may_read()


_warming = threading.Lock()
# "address": of the parent that this process uses, None where there can be none
_warm: dict[str, str | None] = {}


def warm_address() -> str | None:
    """Where the warmed parent listens; started now if there is none yet. None where this machine
    allows none."""
    with _warming:
        if "address" not in _warm:
            _warm["address"] = _start_parent()
        return _warm["address"]


def adopt(address: str | None) -> None:
    """Use the parent that another process has started."""
    _warm["address"] = address


def hidden_by_scratch() -> bool:
    """Whether this Python lies below a folder that every sandbox has anew, such as /tmp: a fork
    would lose sight of it."""
    return any(
        Path(mount.target).is_relative_to(folder)
        for mount in interpreter_mounts()
        for folder in scratch_folders(DEFAULT)
    )


def _start_parent() -> str | None:
    from kireji.sandbox import container  # it builds on this module

    if container.FOLDER or find_bwrap() is None or hidden_by_scratch():
        return None
    try:
        parent = warm.WarmParent(_parent_command)
    except warm.NoParent:
        return None
    atexit.register(parent.close)
    order = {
        "uid": _uid_of_its_own() if _has_own_uid() else None,
        "limits": {},
        "addresses": [],
        "connection": None,
    }
    try:  # whether the walls can be made, shows when they are
        trial = warm.fork(parent.address, order, {}, [])
        if trial.wait(warm.ANSWER_SECONDS) == 0:
            return parent.address
    except (warm.NoParent, subprocess.TimeoutExpired):
        pass
    parent.close()
    return None


def _parent_command(listener: int, lifeline: int) -> tuple[list[str], list[IO[bytes]]]:
    filter_file = open_filter()
    inside = [
        Mount(INSIDE / name, f"{AGENT}/{name}")
        for name in ("start.py", "parent.py", "namespaces.py")
    ]
    wall = _wall(scratch_folders(DEFAULT), _has_own_uid(), filter_file, *inside, parent=True)
    modules = [
        f"attention_lab.{path.stem}"
        for path in sorted((paths.LAB / "attention_lab").glob("[a-z]*.py"))
    ]
    options = {
        "listener": listener,
        "lifeline": lifeline,
        "filter": filter_file and filter_file.fileno(),
        "scratch": scratch_folders(DEFAULT),
        "copies": COPIES,
        "modules": modules,
    }
    program = [sys.executable, f"{AGENT}/parent.py", json.dumps(options)]
    return command(_bwrap(), wall, program), [filter_file] if filter_file else []


class OpenPlace(Place):
    """Without a wall: the submission can do whatever the grader's account can. Only where its
    author is trusted."""

    def command(self, connection_file: str) -> list[str]:
        work, home, agent = (self.root / name for name in ("work", "home", "agent"))
        for folder in (work, home, agent):
            folder.mkdir(exist_ok=True)
        for source in (INSIDE / "agent.py", INSIDE / "start.py", WIRE):
            link = agent / source.name
            if not link.exists():
                link.symlink_to(source)
        told = environment(str(work), str(home)) | {
            "PYTHONPATH": f"{paths.LAB}:{agent}",
            "ATTENTION_LAB_DATA": str(paths.LAB_DATA),
        }
        assignments = [f"{name}={value}" for name, value in told.items()]
        copies = {str(self.submission): str(work), str(MATPLOTLIB): str(home / "matplotlib")}
        return [
            "/usr/bin/env",
            "-i",
            "-C",
            str(work),
            *assignments,
            sys.executable,
            str(agent / "start.py"),
            self.start_options(copies),
            connection_file,
        ]


def open_place(files: Mapping[str, bytes], limits: Limits, trusted: bool = False) -> Place:
    """A place for a submission made of `files` (name: content).

    KirejiError where there is no wall and the submission's author is not `trusted`.
    """
    from kireji.sandbox import container  # it builds on this module

    if container.FOLDER:
        return container.ContainerPlace(files, limits, container.FOLDER)
    if find_bwrap():
        return WalledPlace(files, limits)
    if trusted:
        return OpenPlace(files, limits)
    raise KirejiError(NO_WALL)


def scratch_folders(limits: Limits) -> dict[str, int]:
    """The folders in memory that a submission has, and their sizes in bytes. docker-compose.yml has
    the same."""
    return {
        "/tmp": limits.scratch_bytes // 4,
        "/sandbox/work": limits.scratch_bytes // 2,
        "/sandbox/home": limits.scratch_bytes // 8,
        "/dev/shm": limits.scratch_bytes // 8,
    }


def _listener(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(16)
    return listener


def _uid_of_its_own() -> int:
    """A uid that no other sandbox of this machine has now: the limit on processes counts by uid."""
    return FIRST_UID + os.getpid() * 100 + next(_numbers) % 100


@functools.cache
def _others_may_read() -> bool:
    """Whether somebody else may read what is mounted: not where the course was cloned by a root
    with a tight umask."""
    needed = (
        INSIDE / "start.py",
        WIRE / "codec.py",
        paths.LAB / "attention_lab" / "__init__.py",
        paths.LAB_DATA,
        Path(sys.prefix),
        Path(sys.base_prefix),
        Path(json.__file__),
        Path(psutil.__file__),
    )
    return all(path.stat().st_mode & stat.S_IROTH for path in needed if path.exists())
