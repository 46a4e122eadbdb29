"""Locks between processes, each on a file.

The system drops a lock with the process that holds it, however that ends. The file stays.
"""

from pathlib import Path

from filelock import FileLock, Timeout


class LockedError(Exception):
    """Another process holds the lock, and still did when the wait was over."""


def hold(path: Path, max_wait_seconds: float = -1) -> FileLock:
    """Take the lock on `path`. Use it as a context, or call `release()`.

    max_wait_seconds: how long to wait for another process; without end if negative. LockedError
    when that is over.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # not of one thread: a web server may begin and end its work in different ones
    lock = FileLock(path, timeout=max_wait_seconds, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise LockedError(str(path)) from None
    return lock
