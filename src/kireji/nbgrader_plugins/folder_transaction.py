"""Marks of what is begun and not finished. A graded or a feedback folder is marked while nbgrader
fills it, so that what a kill leaves half done is done again.

The mark is the folder's own timestamp.txt: until the folder is whole it says 1970, and nbgrader's
commands, which do again what is older than its submission, do it again. Who fills the folder holds
a lock on that file, which goes with the process.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from filelock import FileLock

from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.files.lock import LockedError, hold

TIMESTAMP = "timestamp.txt"
BEGUN = "1970-01-01 00:00:00.000000 UTC"
NEXT = {"submitted": "autograded", "autograded": "feedback"}  # what is made from what

MAX_WAIT_SECONDS = 120  # seconds for another program to fill the same folder

_held: dict[Path, IO[str]] = {}
_locks: dict[Path, FileLock] = {}  # folders that only this process fills, with their locks
_begun: set[Path] = set()  # those of them that a hook took, and gives back


@contextmanager
def exclusive(folder: Path, max_wait_seconds: float = MAX_WAIT_SECONDS) -> Iterator[None]:
    """No other process fills `folder` meanwhile. KirejiError if another program takes too long over
    it."""
    taken = _take(folder, max_wait_seconds)
    try:
        yield
    finally:
        if taken:
            _give_back(folder)


def _take(folder: Path, max_wait_seconds: float = MAX_WAIT_SECONDS) -> bool:
    """Whether it was not ours before."""
    if folder in _locks:
        return False
    try:
        _locks[folder] = hold(folder.with_name(f".{folder.name}.lock"), max_wait_seconds)
    except LockedError:
        raise KirejiError(
            f"Another program is busy with {folder.parent.name}'s {folder.name} in"
            f" {folder.parents[1].name}/ for too long; try again when it is done."
        ) from None
    return True


def _give_back(folder: Path) -> None:
    _locks.pop(folder).release()


def refuse_half_a_restore(course: Course) -> None:
    """KirejiError if `./kireji restore` was cut short here: what there is belongs to two
    courses."""
    if course.unfinished_restore.exists():
        raise KirejiError(
            "A restore was cut short here, so that what is here is not whole. Run ./kireji restore"
            " again, with the same archive."
        )


def begin(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's pre_convert_hook of `autograde` and `generate_feedback`: the folder made from
    `notebooks` is begun."""
    for folder in list(_begun):  # of a run that failed
        _begun.discard(folder)
        _give_back(folder)
    for folder in _folders(notebooks):
        if _take(folder):
            _begun.add(folder)
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{TIMESTAMP}"
        file = draft.open("w")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.write(BEGUN)
        file.flush()
        os.replace(draft, folder / TIMESTAMP)
        _held[folder] = file  # an earlier one, of a run that failed, is closed with this


def finish(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's post_convert_hook: the folder is whole, and gets the time of what it was made
    from."""
    for source, folder in zip(_sources(notebooks), _folders(notebooks), strict=True):
        draft, known = folder / f".{TIMESTAMP}", source / TIMESTAMP
        if known.is_file() and not known.is_symlink():
            draft.write_bytes(known.read_bytes())
            os.replace(draft, folder / TIMESTAMP)
        else:
            (folder / TIMESTAMP).unlink(missing_ok=True)
        if folder in _held:
            _held.pop(folder).close()
        if folder in _begun:
            _begun.discard(folder)
            _give_back(folder)


def is_unfinished(folder: Path) -> bool:
    """Whether `folder` was begun and is not whole."""
    try:
        return (folder / TIMESTAMP).read_text().strip() == BEGUN
    except OSError:
        return False


def clear_away(course: Path) -> None:
    """Remove the folders of `course` that were begun by a process which is gone: nbgrader takes
    them for finished."""
    for step in NEXT.values():
        for folder in course.glob(f"{step}/*/*"):
            if is_unfinished(folder) and not in_hand(folder):
                shutil.rmtree(folder, ignore_errors=True)


def in_hand(folder: Path) -> bool:
    """Whether a process that is alive fills `folder`."""
    try:
        with (folder / TIMESTAMP).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def _sources(notebooks: list[str]) -> list[Path]:
    return sorted({Path(notebook).absolute().parent for notebook in notebooks})


def _folders(notebooks: list[str]) -> list[Path]:
    """.../submitted/STUDENT/ASSIGNMENT -> .../autograded/STUDENT/ASSIGNMENT, and so on."""
    return [
        source.parents[2] / NEXT[source.parents[1].name] / source.parent.name / source.name
        for source in _sources(notebooks)
    ]
