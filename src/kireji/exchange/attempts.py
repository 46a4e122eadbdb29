"""Every attempt at an assignment, kept by the course where no student can change it; which of them
are graded at once.

COURSE/var/attempts/STUDENT/ASSIGNMENT/STAMP holds what was handed in, STAMP.json next to it what
was decided about it. The stamp is the time at which it came, by the file system's clock.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from traitlets import Bool, Enum, Float, Integer
from traitlets.config import Configurable

from kireji.exchange.student_server.kireji_handing_in import INBOUND_BYTES, MAX_KEPT
from kireji.files.atomic import write_whole
from kireji.files.lock import hold

STAMP = "%Y%m%dT%H%M%S.%f"


class AttemptState(StrEnum):
    """What was decided about an attempt. The values are what its note on the disk says."""

    NEW = ""
    GRADED_AT_ONCE = "graded at once"
    WAITING = "waits for the instructor"
    LET_IN = "let in by the instructor"
    AFTER_CLOSING = "came after closing"


class GradeOnSubmit(Configurable):
    """What `./kireji watch` and the course service do with what is handed in; set in
    nbgrader_config.py."""

    course_service = Bool(
        True, help="The hub grades what is handed in, as `./kireji watch` does."
    ).tag(config=True)
    release_feedback = Bool(
        True, help="Give automatic feedback back at once. Written questions wait."
    ).tag(config=True)
    attempts = Integer(
        0, min=0, help="Of each assignment, graded at once in so many `hours`; 0: all."
    ).tag(config=True)
    hours = Float(24.0, help="The time in which attempts are counted, back from now.").tag(
        config=True
    )
    counts = Enum(["last", "best"], "last", help="Which attempt counts.").tag(config=True)


@dataclass(frozen=True)
class Attempt:
    """One of them. `came`: in UTC. `name`: its folder in the student's inbound folder."""

    path: Path
    came: datetime
    name: str
    state: AttemptState

    @property
    def student(self) -> str:
        return self.path.parents[1].name

    @property
    def counted(self) -> bool:
        """Whether its points may count."""
        return self.state in (AttemptState.GRADED_AT_ONCE, AttemptState.LET_IN)

    @property
    def time(self) -> datetime:
        """As `collect` asks a submission in the exchange."""
        return self.came

    def fill(self, draft: Path, assignment: str) -> None:
        """Copy its files into the new folder `draft`."""
        shutil.copytree(self.path, draft)


class Attempts:
    """Those of one student at one assignment, in the course directory `course`."""

    def __init__(self, course: Path, student: str, assignment: str) -> None:
        self.course, self.student, self.assignment = course, student, assignment
        self.folder = course / "var" / "attempts" / student / assignment

    def all(self) -> list[Attempt]:
        """In the order in which they came."""
        found = []
        for note in self.folder.glob("*.json"):
            path = note.with_suffix("")
            if path.is_dir():
                name, state = json.loads(note.read_text())
                came = datetime.strptime(path.name.partition("-")[0], STAMP)
                found.append(Attempt(path, came, name, AttemptState(state)))
        return sorted(found, key=lambda attempt: (attempt.came, attempt.path))

    def keep(self, name: str, came: datetime, fill: Callable[[Path], datetime]) -> None:
        """Keep what was handed in as `name`, unless it is kept already. fill(folder): copies it and
        says when it came."""
        if any(attempt.name == name and attempt.came >= came for attempt in self.all()):
            return
        draft = self.folder / ".collecting"
        shutil.rmtree(draft, ignore_errors=True)  # of one that was killed
        try:
            came = fill(draft)
            stamp = f"{came:{STAMP}}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"
            if not (self.folder / stamp).exists():
                self._note(self.folder / stamp, name, AttemptState.NEW)
                draft.rename(self.folder / stamp)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        self._make_room()

    def decide(self, attempt: Attempt, state: AttemptState) -> None:
        """Note the new `state` of `attempt`."""
        if attempt.state != state:
            self._note(attempt.path, attempt.name, state)

    def decide_new(self, settings: GradeOnSubmit, now: datetime) -> None:
        """Of the new ones, the last is graded at once if the limit allows; where the best counts,
        as many as it allows."""
        new = [attempt for attempt in self.all() if attempt.state == AttemptState.NEW]
        for attempt in reversed(new):
            candidate = attempt == new[-1] or settings.counts == "best"
            self.decide(
                attempt,
                AttemptState.GRADED_AT_ONCE
                if candidate and self.left(settings, now) != 0
                else AttemptState.WAITING,
            )

    def refuse_closed(self, closes: datetime | None) -> None:
        """Of what was not graded yet, what came after `closes` is refused; what was refused before
        and is in time now is as if new."""
        for attempt in self.all():
            late = closes is not None and attempt.came > closes
            if late and not attempt.counted:
                self.decide(attempt, AttemptState.AFTER_CLOSING)
            elif not late and attempt.state == AttemptState.AFTER_CLOSING:
                self.decide(attempt, AttemptState.NEW)

    def left(self, settings: GradeOnSubmit, now: datetime) -> int | None:
        """How many more are graded at once; None if there is no limit."""
        return (
            max(0, settings.attempts - len(self._used(settings, now)))
            if settings.attempts
            else None
        )

    def free_at(self, settings: GradeOnSubmit, now: datetime) -> datetime | None:
        """When one more will be graded at once; None if one is now."""
        if self.left(settings, now) != 0:
            return None
        return self._used(settings, now)[-settings.attempts].came + timedelta(hours=settings.hours)

    def _used(self, settings: GradeOnSubmit, now: datetime) -> list[Attempt]:
        since = now - timedelta(hours=settings.hours)
        return [
            attempt
            for attempt in self.all()
            if attempt.state == AttemptState.GRADED_AT_ONCE and attempt.came > since
        ]

    def weighed(self) -> dict[str, float]:
        """Stamp -> points of each attempt that the last choice of the best was made from; empty if
        none was made."""
        try:
            return json.loads((self.folder / ".weighed").read_text())
        except (FileNotFoundError, ValueError):
            return {}

    def weigh(self, points: dict[str, float]) -> None:
        """Note the points from which the best is chosen now."""
        write_whole(self.folder / ".weighed", json.dumps(points))

    def _note(self, path: Path, name: str, state: AttemptState) -> None:
        write_whole(path.with_name(f"{path.name}.json"), json.dumps([name, state]))

    def _make_room(self) -> None:
        """The disk is not the student's to fill: what never counted goes first, then the oldest;
        never the newest."""
        kept = self.all()
        sizes = {one: sum(file.lstat().st_size for file in one.path.iterdir()) for one in kept}
        best = max(self.weighed().items(), key=lambda item: (item[1], item[0]), default=("", 0))[0]
        expendable = [one for one in kept[:-1] if one.path.name != best]
        expendable.sort(
            key=lambda one: (one.state == AttemptState.GRADED_AT_ONCE, one.counted, one.came)
        )
        while expendable and (len(sizes) > MAX_KEPT or sum(sizes.values()) > INBOUND_BYTES):
            gone = expendable.pop(0)
            del sizes[gone]
            gone.path.with_name(f"{gone.path.name}.json").unlink()
            shutil.rmtree(gone.path, ignore_errors=True)


def students(course: Path, assignment: str) -> list[str]:
    """Who has attempts at `assignment`."""
    return sorted(
        folder.parent.name for folder in (course / "var" / "attempts").glob(f"*/{assignment}")
    )


@contextmanager
def collection_lock(course: Path) -> Iterator[None]:
    """Keep other processes from collecting."""
    folder = course / "var" / "attempts"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = hold(folder / ".lock")
    try:
        yield
    finally:
        lock.release()


def now() -> datetime:
    """In UTC, without saying so, as nbgrader writes times."""
    return datetime.now(UTC).replace(tzinfo=None)
