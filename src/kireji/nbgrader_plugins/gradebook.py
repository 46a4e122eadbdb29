"""Looks after the gradebook's file: that it is there, sound and free, and that there are copies of
it.

Only nbgrader reads and writes its content.
"""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from kireji.errors import KirejiError

MAX_WAIT_SECONDS = 60  # seconds that another program may write to it
MAX_COPIES = 20
DISK_FULL = ("No space left on device", "Disk quota exceeded", "database or disk is full")
LOCKED = "database is locked"


class GradebookError(KirejiError):
    """Nothing can be recorded now: grading a class stops here, and can go on later."""


def file_of(db_url: str) -> Path | None:
    """The file of nbgrader's `db_url`; None where the gradebook is in a database server's care."""
    return Path(db_url.removeprefix("sqlite:///")) if db_url.startswith("sqlite:///") else None


def copies(path: Path) -> list[Path]:
    """The copies of the gradebook at `path`, the newest last."""
    return sorted((path.parent / "var" / "backups").glob("gradebook-*.db"))


def check(path: Path) -> None:
    """GradebookError if the gradebook is damaged, or gone although there were grades: a new one is
    never put in its place.

    A course that has graded nothing may begin without one.
    """
    if not path.exists() or not path.stat().st_size:
        if copies(path) or any(path.parent.glob("autograded/*/*/")):
            what = "is empty" if path.exists() else "is not there"
            raise GradebookError(
                f"The gradebook {path} {what}, although grades were recorded before.{_advice(path)}"
            )
        return
    try:
        with closing(_open(path)) as database:
            found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if LOCKED in str(error):
            return  # somebody writes to it, so it can be written to
        found = str(error)
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise GradebookError(
            f"The gradebook {path} is damaged ({found.splitlines()[0]}).{_advice(path)}"
        )


def wait_until_free(
    path: Path, tell: Callable[[str], None], patience: float = MAX_WAIT_SECONDS
) -> None:
    """Wait while another program writes to the gradebook, and `tell` so once. GradebookError when
    it takes too long."""
    deadline, told = time.monotonic() + patience, False
    while path.exists():
        try:
            with closing(_open(path)) as database:
                database.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if LOCKED not in str(error):
                raise GradebookError(
                    f"The gradebook {path} cannot be written to: {error}."
                ) from None
        if not told:
            tell(
                f"Another program is writing to {path.name}; waiting for it, at most {patience:g}"
                " seconds."
            )
            told = True
        if time.monotonic() > deadline:
            raise GradebookError(
                f"The gradebook {path} has been in use by another program for {patience:g} seconds."
                " Nothing was changed. Close what has it open (a database viewer, another grading)"
                " and run the command again."
            )
        time.sleep(0.2)


def back_up(path: Path) -> Path | None:
    """Put a copy of the gradebook into var/backups, unless the newest one is the same; returns it.
    Keeps the last 20.

    GradebookError if the disk is full or the gradebook in use.
    """
    if not path.exists():
        return None
    folder, known = path.parent / "var" / "backups", copies(path)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "unfinished.db"
    draft.unlink(missing_ok=True)
    try:
        with closing(_open(path)) as source, closing(sqlite3.connect(draft)) as target:
            source.backup(target)
    except (OSError, sqlite3.OperationalError) as error:
        draft.unlink(missing_ok=True)
        raise explain("copying the gradebook", str(error)) or error from None
    if known and known[-1].read_bytes() == draft.read_bytes():
        draft.unlink()
        return known[-1]
    copy = folder / f"gradebook-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.db"
    os.replace(draft, copy)
    for old in copies(path)[:-MAX_COPIES]:
        old.unlink(missing_ok=True)
    return copy


def explain(doing: str, said: str) -> GradebookError | None:
    """The sentence for what went wrong while `doing` something, if `said` tells of a full disk or a
    lock."""
    if any(words in said for words in DISK_FULL):
        return GradebookError(
            f"The disk is full: nothing more could be written while {doing}. What was recorded"
            " before is kept. Free some space and run the command again; it goes on from here."
        )
    if LOCKED in said:
        return GradebookError(
            f"Another program held the gradebook while {doing}. What was recorded before is kept."
            " Run the command again; it goes on from here."
        )
    return None


def _open(path: Path) -> sqlite3.Connection:
    """Never makes a new file. Never waits."""
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw", uri=True, timeout=0, isolation_level=None
    )


def _advice(path: Path) -> str:
    known = copies(path)
    if not known:
        return (
            " var/backups has no copy. Put one of your own in its place, or move the"
            " course's autograded/ and feedback/ away to begin anew and grade everything again."
        )
    aside = f"mv {path} {path}.broken && " if path.exists() else ""
    return (
        f" Its newest copy is {known[-1]}. Put it back with: {aside}rm -f {path}-journal && cp"
        f" {known[-1]} {path}; then bring the automatic points up to date with: ./kireji grade"
        " --again"
    )
