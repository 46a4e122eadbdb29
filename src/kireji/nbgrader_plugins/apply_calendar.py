"""Makes the exchange and the gradebook what the calendar says, and takes into the calendar what was
changed by nbgrader's own tools meanwhile.

What was last applied is remembered inside the course's exchange. A difference between that and what
is there now is a change by nbgrader's tools.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from kireji.course import calendar_store as store
from kireji.course.calendar import Calendar
from kireji.course.layout import Course
from kireji.course.moments import show
from kireji.exchange.calendar_note import leave_calendar
from kireji.files.atomic import write_whole
from kireji.files.lock import hold
from kireji.nbgrader_plugins import calendar_in_gradebook, release

STATE = ".calendar.json"  # in the course's exchange, where no student sees it


@dataclass
class Applied:
    """What one application did. said: what nbgrader's tools had changed, and what went wrong."""

    released: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """All of it, for a log."""
        return [
            *(f"Released: {name}." for name in self.released),
            *(f"Withdrawn: {name}." for name in self.withdrawn),
            *self.said,
        ]


def apply(config: Config, now: datetime | None = None) -> Applied:
    """Apply the calendar of the course of `config`. With a bad calendar.toml the last good one
    decides what is released, and dates are left alone."""
    now = now or datetime.now(UTC)
    directory = CourseDirectory(config=config)
    root, home = Path(directory.root), Path(config.Exchange.root) / directory.course_id
    with hold(root / "var" / "calendar-applied.lock"):
        state, applied = _read_state(home / STATE), Applied()
        if not store.path_of(root).exists():
            there = release.outbound(home)
            store.begin(root, there or release.ready(root), now)
        problem = store.problem(root)
        if problem:
            applied.said.append(f"{problem} The last good one holds.")
        else:
            _adopt_releases(root, home, state, now, applied)
        _release(config, root, home, now, applied)
        state["released"] = release.outbound(home)
        if not problem:
            with Gradebook(directory.db_url, directory.course_id) as book:
                applied.said += calendar_in_gradebook.adopt(book, root, state)
                calendar_in_gradebook.write(book, store.read(root), state)
        write_whole(home / STATE, json.dumps(state), mode=0o600)
        tell_students(home, store.read(root), now)
    return applied


def tell_students(home: Path, calendar: Calendar, now: datetime) -> None:
    """Leave each student's dates in their feedback folder."""
    for folder in sorted((home / "feedback").glob("*/")):
        if not folder.is_symlink():
            leave_calendar(folder, calendar, folder.name, now)


def signature(config: Config, now: datetime) -> tuple[object, ...]:
    """Differs when there may be something to apply; costs a few system calls."""
    root = Path(config.CourseDirectory.root)
    home = Path(config.Exchange.root) / config.CourseDirectory.course_id
    database = root / "gradebook.db"
    return (
        *(_stamp(path) for path in (store.path_of(root), database, home / "outbound")),
        _stamp(home / "feedback"),
        tuple(store.read(root).released(now)) if not store.problem(root) else None,
    )


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _adopt_releases(
    root: Path, home: Path, state: dict[str, Any], now: datetime, applied: Applied
) -> None:
    """A release or a withdrawal by nbgrader's tools goes into the calendar."""
    if "released" not in state:
        return
    before, there = set(state["released"]), set(release.outbound(home))
    wanted, known = set(store.read(root).released(now)), set(store.assignments(root))
    for name in sorted((there - before - wanted) & known):
        store.set_dates(root, name, release=now, withdrawn=None)
        applied.said.append(f"{name} was released with nbgrader; the calendar says so now.")
        Course(root).audit.record("released an assignment", name, by="nbgrader")
    for name in sorted((before - there) & wanted):
        store.set_dates(root, name, withdrawn=now)
        applied.said.append(f"{name} was withdrawn with nbgrader; the calendar says so now.")
        Course(root).audit.record("withdrew an assignment", name, by="nbgrader")


def _release(config: Config, root: Path, home: Path, now: datetime, applied: Applied) -> None:
    calendar = store.read(root)
    wanted = calendar.released(now)
    to_release = release.outdated(root, home, wanted)
    to_withdraw = [name for name in release.outbound(home) if name not in wanted]
    if not to_release and not to_withdraw:
        return
    api: NbGraderAPI = release.api(config)
    for name in to_withdraw:
        release.withdraw(api, name)
        applied.withdrawn.append(name)
    for name in to_release:
        release.release(api, name)
        applied.released.append(name)
    for name in set(wanted) - set(release.ready(root)):
        when = calendar.of(name).release
        said = show(when, calendar.zone) if when else ""
        applied.said.append(f"{name} should be released since {said}, and release/ has no {name}.")


def _read_state(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def apply_and_tell(config: Config, tell: Callable[[str], None]) -> Applied:
    """As `apply`; `tell` gets each sentence."""
    applied = apply(config)
    for sentence in applied.sentences():
        tell(sentence)
    return applied
