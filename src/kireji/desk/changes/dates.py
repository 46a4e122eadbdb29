"""Release, due and closing time, the late policy, and extensions: written into the calendar, then
applied to the exchange and the gradebook."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from kireji.course import calendar_store as store
from kireji.course.calendar import Calendar
from kireji.course.calendar_file import RATES
from kireji.course.late_policy import LatePolicy
from kireji.course.moments import LAST_MINUTE, read, show
from kireji.desk.desk import Desk, NoSuchPageError
from kireji.desk.people import Person
from kireji.errors import KirejiError
from kireji.nbgrader_plugins.apply_calendar import apply

NAMES = ("release", "due", "closes")


class DateError(KirejiError):
    """A date or a rule cannot be taken; the message says what is expected."""


def set_dates(desk: Desk, person: Person, assignment: str, said: Mapping[str, str]) -> list[str]:
    """Set the dates that `said` names, as people write them; an empty text removes one. Returns
    what was done besides."""
    desk.assignment(assignment)
    calendar = _begin(desk)
    before = calendar.of(assignment)
    wanted = {
        name: _read(said[name], calendar, time() if name == "release" else LAST_MINUTE)
        for name in NAMES
        if name in said
    }
    changed = {name: when for name, when in wanted.items() if getattr(before, name) != when}
    if not changed:
        return []
    if "release" in changed:
        changed["withdrawn"] = None
    store.set_dates(desk.course.root, assignment, **changed)
    for name, when in changed.items():
        desk.record(
            f"changed the {name} date",
            assignment,
            person,
            before=_shown(getattr(before, name), calendar),
            after=_shown(when, calendar),
        )
    return _apply(desk)


def extend(
    desk: Desk, person: Person, assignment: str, students: Sequence[str], until: str
) -> list[str]:
    """Give `students` until `until`, as people write it; an empty text takes extensions back."""
    desk.assignment(assignment)
    if not students:
        raise DateError("Choose at least one student.")
    known = {student.name for student in desk.grades.enrolled()}
    if unknown := [name for name in students if name not in known]:
        raise NoSuchPageError(f"The class has no student {unknown[0][:80]!r}.")
    calendar = _begin(desk)
    due, when = calendar.of(assignment).due, _read(until, calendar, LAST_MINUTE)
    if due is None:
        raise DateError(f"{assignment} has no due date to extend. Set one under Dates first.")
    if when is not None and when <= due:
        raise DateError(
            f"{show(when, calendar.zone)} is not later than the due date,"
            f" {show(due, calendar.zone)}."
        )
    before = calendar.of(assignment).extensions
    store.extend(desk.course.root, assignment, students, when)
    for name in students:
        desk.record(
            "extended" if when else "took an extension back",
            f"{assignment}/{name}",
            person,
            before=_shown(before.get(name), calendar),
            after=_shown(when, calendar),
        )
    return _apply(desk)


def set_late_policy(
    desk: Desk,
    person: Person,
    assignment: str,
    rate: str,
    amount: float,
    cap: float | None,
    grace_minutes: int,
) -> list[str]:
    """What being late costs at `assignment`. rate: a key of RATES, or "" for the course's rule."""
    desk.assignment(assignment)
    if rate and rate not in RATES:
        raise DateError(f"{rate[:40]!r} is no rate. Expected one of: {', '.join(RATES)}.")
    before = _begin(desk).of(assignment).late
    values: dict[str, float | int] = {rate: amount} if rate else {}
    if rate and cap is not None:
        values["cap"] = cap
    if rate and grace_minutes:
        values["grace_minutes"] = grace_minutes

    def change(document: Any, place: object) -> None:
        import tomlkit

        every = document.setdefault("assignments", tomlkit.table(is_super_table=True))
        table = every.setdefault(assignment, tomlkit.table())
        kept = {
            name: value
            for name, value in table.get("late", {}).items()
            if name not in (*RATES, "cap", "grace_minutes")
        }
        table.pop("late", None)
        if values or kept:
            late = tomlkit.table()
            late.update(kept | values)
            table["late"] = late

    after = store.edit(desk.course.root, change).of(assignment).late
    desk.record(
        "changed the late policy",
        assignment,
        person,
        before=before.sentence(),
        after=after.sentence(),
    )
    return _apply(desk)


def rate_of(policy: LatePolicy) -> str:
    """The key of RATES of a policy; "" where being late costs nothing."""
    return f"{policy.unit}_per_{policy.per}" if policy.amount else ""


def as_field(when: datetime | None, calendar: Calendar) -> str:
    """A moment as a form's field has it: "2026-09-14 23:59"."""
    return f"{when.astimezone(calendar.zone):%Y-%m-%d %H:%M}" if when else ""


def _begin(desk: Desk) -> Calendar:
    """The calendar, made first if there is none. DateError while its file is bad."""
    if problem := store.problem(desk.course.root):
        raise DateError(f"{problem}\nMend the file first; nothing was changed.")
    if not store.path_of(desk.course.root).exists():
        apply(desk.config)
    return desk.calendar


def _read(said: str, calendar: Calendar, missing: time) -> datetime | None:
    text = said.strip().replace("T", " ")
    return read(text, calendar.zone, missing) if text else None


def _shown(when: datetime | None, calendar: Calendar) -> str:
    return show(when, calendar.zone) if when else "none"


def _apply(desk: Desk) -> list[str]:
    return apply(desk.config).sentences()
