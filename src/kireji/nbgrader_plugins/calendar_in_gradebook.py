"""Due dates and extensions in nbgrader's gradebook: written from the calendar, and taken into it
where nbgrader's own tools changed them.

nbgrader keeps an extension with a submission, so one is written when the submission is there.
`state` has what was last written: "due" by assignment, "extensions" by assignment and student.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment

from kireji.course import calendar_store as store
from kireji.course.calendar import Calendar
from kireji.course.calendar_file import CalendarError
from kireji.course.layout import Course
from kireji.course.moments import show

State = dict[str, Any]


def adopt(book: Gradebook, course: Path, state: State) -> list[str]:
    """Take into the calendar what differs from what was written last; say so in sentences."""
    said: list[str] = []
    for assignment in book.assignments:
        if assignment.name in store.assignments(course):
            said += _adopt_due(assignment, course, state)
            for submission in assignment.submissions:
                said += _adopt_extension(submission, course, state)
    return said


def _adopt_due(assignment: Assignment, course: Path, state: State) -> list[str]:
    name, calendar = assignment.name, store.read(course)
    there, wanted = _whole(assignment.duedate), _naive(calendar.dates(name).due)
    written = state.get("due", {}).get(name)
    if _text(there) in (written, _text(wanted)):
        return []
    if written is not None and written != _text(wanted):
        return [f"{name}: nbgrader's due date was changed and so was the calendar's, which holds."]
    if there is None and written is None:
        return []  # nothing was written there yet
    due = there.replace(tzinfo=UTC) if there else None
    shown = show(due, calendar.zone) if due else "nothing"
    return _change(
        course,
        lambda: store.set_dates(course, name, due=due),
        f"{name}: the due date was changed with nbgrader to {shown}",
        name,
    )


def _adopt_extension(submission: SubmittedAssignment, course: Path, state: State) -> list[str]:
    name, student = submission.assignment.name, submission.student.id
    calendar = store.read(course)
    due = calendar.of(name).due
    there, wanted = _seconds(submission.extension), _seconds(extension(calendar, name, student))
    written = state.get("extensions", {}).get(name, {}).get(student)
    if there in (written, wanted) or due is None:
        return []
    if written is None and (there is None or wanted is not None):
        return []  # a new submission, or the calendar's is not there yet
    longer = due + timedelta(seconds=there) if there else None
    shown = f"until {show(longer, calendar.zone)}" if longer else "to nothing"
    return _change(
        course,
        lambda: store.extend(course, name, [student], longer),
        f"{name}: {student}'s extension was changed with nbgrader {shown}",
        f"{name}/{student}",
    )


def _change(course: Path, change: Callable[[], object], what: str, whom: str) -> list[str]:
    try:
        change()
    except CalendarError as error:
        return [f"{what}, which the calendar cannot take: {error}"]
    Course(course).audit.record("changed dates", whom, by="nbgrader", change=what)
    return [f"{what}; the calendar says so now."]


def write(book: Gradebook, calendar: Calendar, state: State) -> None:
    """Write due dates and extensions, and note them in `state`."""
    state["due"], state["extensions"] = {}, {}
    for assignment in book.assignments:
        name = assignment.name
        due = _naive(calendar.dates(name).due)
        if _whole(assignment.duedate) != due:
            assignment.duedate = due
        state["due"][name] = _text(due)
        for submission in assignment.submissions:
            set_extension(submission, calendar)
            state["extensions"].setdefault(name, {})[submission.student.id] = _seconds(
                submission.extension
            )
    book.db.commit()


def set_extension(submission: SubmittedAssignment, calendar: Calendar) -> None:
    """Give a submission the extension that its student has."""
    wanted = extension(calendar, submission.assignment.name, submission.student.id)
    if _seconds(submission.extension) != _seconds(wanted):
        submission.extension = wanted


def extension(calendar: Calendar, assignment: str, student: str) -> timedelta | None:
    """How much longer than the class a student has."""
    due, own = calendar.of(assignment).due, calendar.dates(assignment, student)
    return own.due - due if own.extended and own.due and due else None


def _naive(when: datetime | None) -> datetime | None:
    """As nbgrader keeps it: in UTC, and without saying so."""
    return when.astimezone(UTC).replace(tzinfo=None, microsecond=0) if when else None


def _whole(when: datetime | None) -> datetime | None:
    return when.replace(microsecond=0) if when else None


def _text(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def _seconds(span: timedelta | None) -> int | None:
    return int(span.total_seconds()) or None if span else None
