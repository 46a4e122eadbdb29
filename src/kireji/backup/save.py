"""Saves a course while it runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from kireji.backup.archive import Writer
from kireji.backup.areas import GRADEBOOK, SETTINGS, SETTINGS_FILES, Area, areas, clone
from kireji.backup.reading import Entry, Tell, read_area, read_tree
from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.exchange.times import all_times
from kireji.nbgrader_plugins import gradebook


@dataclass
class Saved:
    """What went into an archive."""

    files: int = 0
    size: int = 0  # bytes, before they were packed
    left_out: list[str] = field(default_factory=list)


def save(course: Course, stream: IO[bytes], tell: Tell) -> Saved:
    """Write an archive of everything of `course`. Calls `tell` with what it waits for. KirejiError
    where something cannot be saved."""
    saved = Saved()
    with Writer(stream) as archive:
        for entry in _everything(course, saved.left_out.append, tell):
            saved.files += entry.content is not None
            saved.size += entry.status.st_size if entry.content else 0
            archive.add(entry)
        archive.finish(all_times(course))
    return saved


def _everything(course: Course, leave: Tell, tell: Tell) -> Iterator[Entry]:
    gradebook.check(course.gradebook)
    for area in areas(course):
        if area.path == course.var:
            # After what was graded: a grade without its folder is worked out again, a folder
            # without its grade is not.
            yield from _gradebook(course, tell)
        yield from read_area(area, leave)
    settings = Area(SETTINGS, clone(course))
    for name in SETTINGS_FILES:
        yield from read_tree(settings.path / name, f"{SETTINGS}/{name}", settings, leave)


def _gradebook(course: Course, tell: Tell) -> Iterator[Entry]:
    if course.gradebook.exists():
        gradebook.wait_until_free(course.gradebook, tell)
        copy = gradebook.back_up(course.gradebook)
        if copy is None:  # removed meanwhile
            return
        for entry in read_tree(copy, GRADEBOOK, Area(GRADEBOOK, course.var), tell):
            entry.status = course.gradebook.stat()
            yield entry


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that only its owner can read. It appears under its name when it is complete.
    KirejiError if there is one."""
    if path.exists():
        raise KirejiError(f"{path} is there already; it was left as it is. Give another name.")
    draft = path.with_name(f".{path.name}.unfinished")
    draft.unlink(missing_ok=True)
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
