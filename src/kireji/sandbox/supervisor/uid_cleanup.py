"""Removes everything that a uid has in this container: its processes, its files, its segments of
memory."""

import contextlib
import ctypes
import functools
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

# Uids that no account has. Below 65,536 there are others; a remapped user namespace ends there.
FIRST_UID, LAST_UID = 200_000, 1_900_000_000
FIRST_SMALL_UID, LAST_SMALL_UID = 10_000, 65_000
MAPS = ("/proc/self/uid_map", "/proc/self/gid_map")
# all else is read-only
WRITABLE = ("/tmp", "/dev/shm", "/dev/mqueue", "/sandbox/work", "/sandbox/home")
MAX_TRIES = 50
IPC_RMID = 0


class NoUidsError(Exception):
    """This container has too few uids; the text is a sentence for its log."""


def uid_range(*maps: str) -> tuple[int, int]:
    """The first and the last uid for submissions, in a user namespace with these maps (what uid_map
    and gid_map say). NoUidsError where it is too small."""
    for first, last in ((FIRST_UID, LAST_UID), (FIRST_SMALL_UID, LAST_SMALL_UID)):
        last = min(last, *(_last_mapped(text, first) for text in maps))
        if last - first >= LAST_SMALL_UID - FIRST_SMALL_UID:
            return first, last
    raise NoUidsError(
        "This engine gives a container too few user ids: a submission takes one that is never used "
        f"again, so at least 0 to {LAST_SMALL_UID} must be mapped (/etc/subuid and /etc/subgid)."
    )


def _last_mapped(text: str, first: int) -> int:
    """The last id after `first` up to which all are mapped; -1 where `first` is not."""
    ranges = sorted(
        (int(inside), int(length)) for inside, _, length in map(str.split, text.splitlines())
    )
    last = -1
    for inside, length in ranges:
        if inside <= max(first, last + 1) < inside + length:
            last = inside + length - 1
    return last


@functools.cache
def own_range() -> tuple[int, int]:
    """`uid_range` of this container. The first one is for the cleanup itself."""
    return uid_range(*(Path(path).read_text() for path in MAPS))


def own_uid() -> int:
    """A real uid for who removes: who is being removed may not signal it."""
    return own_range()[0]


@contextlib.contextmanager
def acting_as(uid: int) -> Iterator[None]:
    """With the rights of `uid` on files, and none of ours."""
    os.setresuid(-1, uid, -1)
    try:
        yield
    finally:
        os.setresuid(-1, 0, -1)


def clear(uid: int) -> bool:
    """Remove everything of `uid`; False if something is left."""
    for _ in range(MAX_TRIES):
        kill_all(uid)
        if not _processes(uid):
            break
        time.sleep(0.01)
    # It may have closed its folders to itself; -R opens each before it goes in.
    _owned(
        uid, "-exec", "/bin/chmod", "-R", "u+rwX", "{}", "+", "-exec", "/bin/rm", "-rf", "{}", "+"
    )
    with acting_as(uid):
        _remove_segments(uid)
    return not _processes(uid) and not _owned(uid, "-print", "-quit") and not _segments(uid)


def kill_all(uid: int) -> None:
    """One signal to all: the kernel delivers it to every process of the uid, and lets none of them
    fork meanwhile."""
    remover = own_uid()
    child = os.fork()
    if child == 0:
        try:
            os.setresuid(remover, uid, remover)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)


def _processes(uid: int) -> list[str]:
    return [
        entry.name for entry in os.scandir("/proc") if entry.name.isdigit() and _owner(entry) == uid
    ]


def _owner(entry: os.DirEntry[str]) -> int:
    try:
        with open(f"{entry.path}/status") as status:
            fields = dict(line.split(":", 1) for line in status if ":" in line)
        return -1 if fields["State"].split()[0] in "ZX" else int(fields["Uid"].split()[0])
    except (OSError, KeyError):
        return -1


def _owned(uid: int, *action: str) -> bytes:
    """What find says of the files of `uid`, with none of our rights. None of its processes is left
    to interfere."""
    return subprocess.run(
        [
            "/usr/bin/find",
            *filter(os.path.isdir, WRITABLE),
            "-xdev",
            "-mindepth",
            "1",
            "-user",
            str(uid),
            "-prune",
            *action,
        ],
        user=uid,
        group=uid,
        extra_groups=[],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ).stdout


def _segments(uid: int) -> list[tuple[str, int]]:
    """System V segments of `uid`: (kind, id)."""
    found = []
    for kind in ("shm", "sem", "msg"):
        with contextlib.suppress(FileNotFoundError), open(f"/proc/sysvipc/{kind}") as table:
            names = table.readline().split()
            for line in table:
                row = dict(zip(names, line.split(), strict=False))
                if int(row["uid"]) == uid:
                    found.append((kind, int(row[f"{kind}id"])))
    return found


def _remove_segments(uid: int) -> None:
    libc = ctypes.CDLL(None)
    for kind, number in _segments(uid):
        if kind == "sem":
            libc.semctl(number, 0, IPC_RMID)
        else:
            getattr(libc, f"{kind}ctl")(number, IPC_RMID, None)
