"""Behind bubblewrap: no network, no other processes, and of the file system only what is listed
here."""

import atexit
import contextlib
import functools
import itertools
import json
import logging
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import psutil

from kireji import installation
from kireji.course.layout import find_course
from kireji.errors import KirejiError
from kireji.sandbox.backends import zygote_client
from kireji.sandbox.backends.base import (
    GUEST,
    WIRE,
    Backend,
    Process,
    font_cache,
    scratch_folders,
)
from kireji.sandbox.bwrap_command import (
    Mount,
    Wall,
    can_change_uid,
    command,
    find_bwrap,
    interpreter_mounts,
)
from kireji.sandbox.environment import environment
from kireji.sandbox.guest import protocol
from kireji.sandbox.limits import DEFAULT, Limits
from kireji.sandbox.syscalls import open_filter

AGENT = "/sandbox/agent"
COPIES = {"/sandbox/given/matplotlib": "/sandbox/home/matplotlib"}
EXIT_SECONDS = 5.0  # until the first process of a sandbox has followed its kernel
KILLED = 128 + signal.SIGKILL  # how it ends where its kernel was killed
FROM_OUTSIDE = "the process of its sandbox was ended from outside"
NO_MEMORY = "this machine ran out of memory"
FIRST_UID = 1_000_000_000  # where the uids of submissions begin: far from any account's

NO_WALL = (
    "There is no working bubblewrap on this machine, so nothing would keep a submission from "
    "reading the hidden tests and your files. Install it (Debian, Ubuntu: apt install bubblewrap), "
    "grade in Docker, or, if you trust every submission, say so: --trust-submissions"
)

_numbers = itertools.count()


class BubblewrapBackend(Backend):
    """Behind bubblewrap: no network, no other processes, and of the file system only what is listed
    here.

    The kernel is forked by a zygote behind such a wall (`zygote_client`) into walls of its own,
    which takes a tenth of the time; where this Linux does not allow that, it is started there from
    nothing."""

    def __init__(self, files: Mapping[str, bytes], limits: Limits) -> None:
        super().__init__(files, limits)
        self.scratch = scratch_folders(limits)
        self.process: Process | None = None
        self.memory_kills = _memory_kills()

    def start(self, connection_file: str) -> Process:
        self.process = self._start(connection_file)
        return self.process

    def failure(self) -> str | None:
        """It has failed if its first process was killed, which nothing inside can do, or if the
        machine ended processes for want of memory."""
        if self.process is None or self.ended_by_grader:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self.process.wait(EXIT_SECONDS)
            if status < 0:
                return FROM_OUTSIDE
            if status == KILLED and _memory_kills() > self.memory_kills:
                return NO_MEMORY
        return None

    def may_have_failed(self) -> bool:
        """SIGKILL ended the kernel. That a submission does it to itself shows when it does it
        again."""
        if self.process is None or self.ended_by_grader:
            return False
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(EXIT_SECONDS) == KILLED
        return False

    def _start(self, connection_file: str) -> Process:
        address = zygote_address() if self.scratch == scratch_folders(DEFAULT) else None
        if address:
            order = {
                "uid": _uid_of_its_own() if _has_own_uid() else None,
                "limits": self.kernel_limits(),
                "addresses": list(self.sockets),
                "connection": Path(connection_file).read_text(),
            }
            handed_over = [thing.fileno() for thing in (*self.sockets.values(), self.agent_inside)]
            # it has died: the next process to ask starts another
            with contextlib.suppress(zygote_client.ZygoteError):
                forked = zygote_client.fork(address, order, self.files, handed_over)
                self.agent_number, self.first = protocol.AGENT_DESCRIPTOR, 0
                return forked
        return super().start(connection_file)

    def command(self, connection_file: str) -> list[str]:
        uid = _uid_of_its_own() if _has_own_uid() else None
        self.filter = open_filter()
        wall = _wall(
            self.scratch,
            uid is not None,
            self.filter,
            Mount(GUEST / "start.py", f"{AGENT}/start.py"),
            Mount(GUEST / "no_input.py", f"{AGENT}/no_input.py"),
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
    zygote: bool = False,
) -> Wall:
    """The wall around every sandbox, with `more` mounts."""
    data = (Mount(find_course().lab_data, "/sandbox/data"),)
    fonts = (Mount(font_cache(), "/sandbox/given/matplotlib"),)
    given = [mount for mount in (*data, *fonts) if mount.source.exists()]
    return Wall(
        mounts=(
            *interpreter_mounts(),
            *given,
            Mount(installation.LAB / "attention_lab", "/sandbox/lab/attention_lab"),
            Mount(GUEST / "agent.py", f"{AGENT}/agent.py"),
            Mount(WIRE, f"{AGENT}/wire"),
            *more,
        ),
        environment=environment("/sandbox/work", "/sandbox/home")
        | {"PYTHONPATH": f"/sandbox/lab:{AGENT}", "ATTENTION_LAB_DATA": "/sandbox/data"},
        folder="/sandbox/work",
        scratch=scratch,
        own_uid=own_uid,
        zygote=zygote,
        filter=None if filter_file is None or zygote else filter_file.fileno(),
    )


def _bwrap() -> str:
    bwrap = find_bwrap()
    if bwrap is None:
        raise KirejiError(NO_WALL)
    return bwrap


def _has_own_uid() -> bool:
    return can_change_uid() and _others_may_read()


_starting = threading.Lock()
# "address": of the zygote that this process uses, None where there can be none
_zygote: dict[str, str | None] = {}


def zygote_address() -> str | None:
    """Where the zygote listens; started now if there is none yet. None where this machine allows
    none."""
    with _starting:
        if "address" not in _zygote:
            _zygote["address"] = _start_zygote()
        return _zygote["address"]


def adopt(address: str | None) -> None:
    """Use the zygote that another process has started."""
    _zygote["address"] = address


def mounts_below_scratch() -> list[str]:
    """What this Python needs and every sandbox hides at first: mounts inside a folder that each has
    anew, such as a checkout below /tmp."""
    return [
        mount.target
        for mount in interpreter_mounts()
        if any(Path(mount.target).is_relative_to(folder) for folder in scratch_folders(DEFAULT))
    ]


def _start_zygote() -> str | None:
    if find_bwrap() is None:
        return None
    try:
        zygote = zygote_client.Zygote(_zygote_command)
    except zygote_client.ZygoteError as error:
        _tell_slow_start(str(error))
        return None
    atexit.register(zygote.close)
    order: dict[str, Any] = {
        "uid": _uid_of_its_own() if _has_own_uid() else None,
        "limits": {},
        "addresses": [],
        "connection": None,
    }
    try:  # whether the walls can be made, shows when they are
        trial = zygote_client.fork(zygote.address, order, {}, [])
        if trial.wait(zygote_client.ANSWER_SECONDS) == 0:
            return zygote.address
        reason = (trial.said or b"no walls").decode(errors="replace").splitlines()[0]
    except zygote_client.ZygoteError as error:
        reason = str(error)
    except subprocess.TimeoutExpired:
        reason = f"no answer in {zygote_client.ANSWER_SECONDS:.0f} s"
    zygote.close()
    _tell_slow_start(reason)
    return None


def _tell_slow_start(reason: str) -> None:
    logging.getLogger(__name__).warning(
        "Each sandbox starts on its own, which takes seconds more for each submission: this machine"
        " does not let one process prepare them all (%s).",
        reason,
    )


def _zygote_command(listener: int, lifeline: int) -> tuple[list[str], list[IO[bytes]]]:
    filter_file = open_filter()
    inside = [
        Mount(GUEST / name, f"{AGENT}/{name}")
        for name in ("start.py", "no_input.py", "zygote.py", "namespaces.py", "protocol.py")
    ]
    wall = _wall(scratch_folders(DEFAULT), _has_own_uid(), filter_file, *inside, zygote=True)
    modules = [
        f"attention_lab.{path.stem}"
        for path in sorted((installation.LAB / "attention_lab").glob("[a-z]*.py"))
    ]
    options = {
        "listener": listener,
        "lifeline": lifeline,
        "filter": filter_file and filter_file.fileno(),
        "scratch": scratch_folders(DEFAULT),
        "below": mounts_below_scratch(),
        "copies": COPIES,
        "modules": modules,
    }
    program = [sys.executable, f"{AGENT}/zygote.py", json.dumps(options)]
    return command(_bwrap(), wall, program), [filter_file] if filter_file else []


def _uid_of_its_own() -> int:
    """A uid that no other sandbox of this machine has now: the limit on processes counts by uid."""
    return FIRST_UID + os.getpid() * 100 + next(_numbers) % 100


@functools.cache
def _others_may_read() -> bool:
    """Whether somebody else may read what is mounted: not where the course was cloned by a root
    with a tight umask."""
    needed = (
        GUEST / "start.py",
        WIRE / "codec.py",
        installation.LAB / "attention_lab" / "__init__.py",
        find_course().lab_data,
        Path(sys.prefix),
        Path(sys.base_prefix),
        Path(json.__file__),
        Path(psutil.__file__),
    )
    return all(path.stat().st_mode & stat.S_IROTH for path in needed if path.exists())


def _memory_kills() -> int:
    """How often this machine has ended a process for want of memory since it started."""
    with contextlib.suppress(OSError, ValueError), open("/proc/vmstat") as file:
        return next((int(line.split()[1]) for line in file if line.startswith("oom_kill ")), 0)
    return 0
