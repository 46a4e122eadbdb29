"""Who has begun, handed in and got feedback, from the course's folders.

What a folder says is kept until the folder changes, so a large class costs one look at each.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from kireji.course.layout import COURSE_ID, Course
from kireji.errors import KirejiError
from kireji.exchange.attempts import STAMP, AttemptState
from kireji.exchange.folders import student_folders
from kireji.nbgrader_plugins.release_feedback import released_page

COUNTED = (AttemptState.GRADED_AT_ONCE, AttemptState.LET_IN)
T = TypeVar("T")


@dataclass(frozen=True)
class HandedIn:
    """The attempts of one student at one assignment. new: the last one was not graded yet.
    last_counted: the folder of the last attempt whose points may count."""

    attempts: int
    last: datetime | None
    new: bool
    last_counted: Path | None


NOTHING = HandedIn(0, None, False, None)


class Folders:
    """The folders of `course`."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._kept: dict[tuple[str, Path], tuple[int, object]] = {}

    def handed_in(self, assignment: str, student: str) -> HandedIn:
        """What `student` handed in; also what lies in the exchange and was not collected yet."""
        if not is_folder_name(student):
            return NOTHING  # nbgrader takes any name for a student
        folder = self.course.var / "attempts" / student / assignment
        found = self._cached("attempts", folder, _attempts, NOTHING)
        if assignment in self._uncollected(student):
            return HandedIn(found.attempts, found.last, True, found.last_counted)
        return found

    def has_begun(self, assignment: str, student: str) -> bool:
        """Whether the assignment lies in the student's home, where homes can be seen."""
        return is_folder_name(student) and (self.course.homes / student / assignment).is_dir()

    def sees_homes(self) -> bool:
        """In compose the homes are in a volume that only the hub has; here it is empty."""
        homes = self.course.homes
        return homes.is_dir() and any(homes.iterdir())

    def is_returned(self, assignment: str, student: str) -> bool:
        """Whether the student has feedback on the last attempt that counts."""
        attempt = self.handed_in(assignment, student).last_counted
        if attempt is None:
            return False
        feedback = student_folders(self.course.exchange, COURSE_ID, student).feedback

        def is_there(folder: Path) -> bool:
            try:
                return released_page(folder, assignment, attempt).exists()
            except (KirejiError, OSError):
                return False

        return self._cached(f"page of {attempt}", feedback, is_there, False)

    def _uncollected(self, student: str) -> set[str]:
        """The assignments of which the exchange has something that is no attempt yet."""
        inbound = student_folders(self.course.exchange, COURSE_ID, student).inbound
        nothing: list[str] = []
        names = self._cached("inbound", inbound, _listed, nothing)
        waiting = set()
        for name in names:
            parts = name.split("+")
            if len(parts) < 3 or parts[0] != student or "/" in parts[1]:
                continue
            folder = self.course.var / "attempts" / student / parts[1]
            known: set[str] = self._cached("names", folder, _names, set())
            if name not in known:
                waiting.add(parts[1])
        return waiting

    def _cached(self, kind: str, folder: Path, read: Callable[[Path], T], missing: T) -> T:
        try:
            changed = folder.stat().st_mtime_ns
        except (OSError, ValueError):
            return missing
        kept = self._kept.get((kind, folder))
        if kept is None or kept[0] != changed:
            self._kept[kind, folder] = kept = (changed, read(folder))
        return kept[1]  # type: ignore[return-value]


def is_folder_name(student: str) -> bool:
    """Whether a student of this name can have folders."""
    return student not in ("", ".", "..") and "/" not in student and "\0" not in student


def _listed(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _notes(folder: Path) -> list[tuple[str, str, str]]:
    """(stamp, name in the exchange, state) of each attempt, the oldest first."""
    found = []
    for note in folder.glob("*.json"):
        try:
            name, state = json.loads(note.read_text())
        except (OSError, ValueError):
            continue
        found.append((note.stem, str(name), str(state)))
    return sorted(found)


def _names(folder: Path) -> set[str]:
    return {name for _, name, _ in _notes(folder)}


def _attempts(folder: Path) -> HandedIn:
    notes = _notes(folder)
    if not notes:
        return NOTHING
    stamp, _, state = notes[-1]
    came = datetime.strptime(stamp.partition("-")[0], STAMP).replace(tzinfo=UTC)
    counted = [folder / one for one, _, said in notes if said in COUNTED]
    waits = state in (AttemptState.NEW, AttemptState.WAITING)
    return HandedIn(len(notes), came, waits, counted[-1] if counted else None)
