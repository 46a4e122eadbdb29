"""Removes everything that a uid has in this container: its processes, its files, its segments of
memory."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterator

CLEANUP_UID = (
    199_999  # a real uid of its own: who is being removed may not signal the one who removes
)
# all else is read-only
WRITABLE = ("/tmp", "/dev/shm", "/dev/mqueue", "/sandbox/work", "/sandbox/home")
MAX_TRIES = 50
IPC_RMID = 0


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
    child = os.fork()
    if child == 0:
        try:
            os.setresuid(CLEANUP_UID, uid, CLEANUP_UID)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)


def _processes(uid: int) -> list[str]:
    return [
        entry.name for entry in os.scandir("/proc") if entry.name.isdigit() and _owner(entry) == uid
    ]


def _owner(entry: os.DirEntry) -> int:
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
