"""Reads folders for a backup while others change them: each file as it was at one moment, and
nothing is followed."""

import os
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kireji.backup.areas import Area
from kireji.files.untrusted import is_of_the_machine
from kireji.nbgrader_plugins.folder_transaction import TIMESTAMP, in_hand, is_unfinished

TRIES = 5
IN_MEMORY = 8 * 2**20  # bytes of a file; larger ones wait on the disk
DEEPEST = 100  # folders in folders: each is held open while what is in it is read
HOLLOW = 2**30  # bytes that a file claims and does not take up on the disk
MAGIC = b"SQLite format 3\0"
Tell = Callable[[str], None]


@dataclass
class Entry:
    """A file, folder or link; `content` of a file is at its beginning. Close it when done."""

    name: str
    status: os.stat_result
    content: IO[bytes] | None = None
    link: str = ""

    def close(self) -> None:
        if self.content:
            self.content.close()


def read_area(area: Area, tell: Tell) -> Iterator[Entry]:
    """Everything in `area`, folders before what is in them. Calls `tell` with what it leaves
    out."""
    for child in area.children():
        if not area.graded:
            yield from read_tree(child, f"{area.name}/{child.name}", area, tell)
            continue
        if not child.is_dir():
            continue
        yield Entry(f"{area.name}/{child.name}", child.lstat())
        for folder in sorted(path for path in child.iterdir() if not path.name.startswith(".")):
            yield from _steady(folder, f"{area.name}/{child.name}/{folder.name}", area, tell)


def read_tree(path: Path, name: str, area: Area, tell: Tell) -> Iterator[Entry]:
    """`path` and everything below it, through open folders: one that is swapped for a link
    meanwhile leads nowhere."""
    try:
        parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    except PermissionError:
        tell(f"{shown(name)} may not be read by this account: left out.")
        return
    try:
        yield from _walk(parent, path.name, name, area, tell, DEEPEST)
    finally:
        os.close(parent)


def _walk(parent: int, own: str, name: str, area: Area, tell: Tell, depth: int) -> Iterator[Entry]:
    try:
        status = os.stat(own, dir_fd=parent, follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            yield Entry(name, status, link=os.readlink(own, dir_fd=parent))
        elif stat.S_ISREG(status.st_mode):
            if status.st_size - status.st_blocks * 512 > HOLLOW:
                tell(
                    f"{shown(name)} claims {status.st_size / 2**30:.0f} GiB and is hollow: left"
                    " out."
                )
            elif not (area.databases and name.endswith(("-journal", "-wal", "-shm"))):
                yield _file(parent, own, name, area, tell)
        elif stat.S_ISDIR(status.st_mode) and not depth:
            tell(f"{shown(name)} is more than {DEEPEST} folders deep: left out.")
        elif stat.S_ISDIR(status.st_mode):
            handle = os.open(
                own, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent
            )
            try:
                yield Entry(name, os.fstat(handle))
                for child in sorted(os.listdir(handle)):
                    yield from _walk(handle, child, f"{name}/{child}", area, tell, depth - 1)
            finally:
                os.close(handle)
        elif not stat.S_ISSOCK(status.st_mode):
            tell(f"{shown(name)} is a device or a pipe: left out.")
    except (FileNotFoundError, NotADirectoryError):
        pass  # gone, or something else, since it was seen
    except PermissionError:
        tell(f"{shown(name)} may not be read by this account: left out.")
    except OSError as error:  # such as a link that took its place since it was seen
        if is_of_the_machine(error):
            raise
        tell(f"{shown(name)} cannot be read ({error.strerror}): left out.")


def _file(parent: int, own: str, name: str, area: Area, tell: Tell) -> Entry:
    for attempt in range(TRIES):
        handle = os.open(
            own, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=parent
        )
        with open(handle, "rb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise FileNotFoundError(own)  # has become something else: as if it were gone
            if area.databases and file.read(len(MAGIC)) == MAGIC:
                return Entry(name, status, snapshot(area.path / Path(name).relative_to(area.name)))
            file.seek(0)
            content = _copy(file, status.st_size)
            after = os.fstat(handle)
        still = (after.st_mtime_ns, after.st_size) == (status.st_mtime_ns, status.st_size)
        if still or attempt == TRIES - 1:
            break
        content.close()
    if not still:
        tell(
            f"{shown(name)} was being written all the time: it is saved as it was while it was"
            " read."
        )
    return Entry(name, status, content)


def _copy(file: IO[bytes], size: int) -> IO[bytes]:
    """The first `size` bytes: what is appended meanwhile may have no end."""
    content = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (the caller closes it)  # noqa: SIM115 (the caller closes it)
    while size > 0 and (block := file.read(min(size, 2**20))):
        size -= content.write(block)
    content.seek(0)
    return content


def snapshot(database: Path) -> IO[bytes]:
    """A sound copy of an SQLite database, also while another program writes to it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        with (
            closing(sqlite3.connect(database, timeout=60)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        with open(copy, "rb") as file:
            return _copy(file, copy.stat().st_size)


def _steady(folder: Path, name: str, area: Area, tell: Tell) -> list[Entry]:
    """A submission's folder as it was between two gradings or collections, and not during one."""
    for _ in range(TRIES):
        mark = _mark(folder)
        if is_unfinished(folder) or in_hand(folder):
            break
        entries = list(read_tree(folder, name, area, tell))
        if _mark(folder) == mark:
            return entries
        for entry in entries:
            entry.close()
    tell(f"{shown(name)} is being made just now: left out. What makes it will make it again.")
    return []


def _mark(folder: Path) -> list[tuple[int, int]]:
    """Changes whenever the folder is replaced or begun anew."""
    found = []
    for path in (folder, folder / TIMESTAMP):
        try:
            status = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        found.append((status.st_ino, status.st_ctime_ns))
    return found


def shown(name: str) -> str:
    """A name as it may be printed: a student chose it."""
    return ascii(name)[1:-1]
