"""What a student is told about their attempts: how many are left, which one counts, which ones
wait."""

import json
from datetime import UTC, datetime
from pathlib import Path

from kireji.course import calendar_store as store
from kireji.course.calendar import Calendar
from kireji.course.moments import show_span
from kireji.exchange.attempts import Attempt, Attempts, AttemptState, GradeOnSubmit
from kireji.exchange.student_server.kireji_attempts import STATUS_FILE
from kireji.files.atomic import write_whole

SAYS = {
    AttemptState.GRADED_AT_ONCE: "graded on arrival",
    AttemptState.LET_IN: "graded by your instructor",
    AttemptState.AFTER_CLOSING: "came after closing, so it is kept and not graded",
}
WAITS = "kept, and graded when your instructor grades"


def limit(settings: GradeOnSubmit) -> str:
    """Such as "5 attempts in 24 hours"; "" where there is none."""
    what = "attempt" if settings.attempts == 1 else "attempts"
    return f"{settings.attempts} {what} in {settings.hours:g} hours" if settings.attempts else ""


def left(attempts: Attempts, settings: GradeOnSubmit, now: datetime) -> str:
    """How many are left, as a sentence; "" where there is no limit."""
    if not settings.attempts:
        return ""
    free = attempts.free_at(settings, now)
    if free is None:
        return f"{attempts.left(settings, now)} of {limit(settings)} left."
    return (
        f"None of {limit(settings)} left; the next one is free at {free:%H:%M} UTC on"
        f" {free:%-d %B}."
    )


def sentences(
    attempts: Attempts, settings: GradeOnSubmit, graded: datetime | None, now: datetime
) -> list[str]:
    """For the feedback page of the attempt that came at `graded`."""
    kept, points = attempts.all(), attempts.weighed() if settings.counts == "best" else {}
    if not any(
        attempt.state in (AttemptState.GRADED_AT_ONCE, AttemptState.AFTER_CLOSING)
        for attempt in kept
    ):
        return []
    said = []
    for number, attempt in enumerate(kept, 1):
        if attempt.came == graded:
            rule = "the best one counts" if settings.counts == "best" else "the last one counts"
            all_of_them = f" of {len(kept)}" if len(kept) > 1 else ""
            said.append(
                f"This is your attempt {number}{all_of_them}, handed in at {attempt.came:%H:%M} UTC"
                f" on {attempt.came:%-d %B}; {rule}."
            )
    if len(points) > 1:
        each = ", ".join(
            f"attempt {number}: {points[attempt.path.name]:g}"
            for number, attempt in enumerate(kept, 1)
            if attempt.path.name in points
        )
        said.append(f"Points of each so far, lateness included: {each}.")
    waiting = [
        str(number)
        for number, attempt in enumerate(kept, 1)
        if not attempt.counted and attempt == kept[-1]
    ]
    refused = kept[-1].state == AttemptState.AFTER_CLOSING
    said += [
        f"Your attempt {number} {SAYS[AttemptState.AFTER_CLOSING]}."
        if refused
        else f"Your attempt {number} is {WAITS}."
        for number in waiting
    ]
    if rest := left(attempts, settings, now):
        said.append(f"{rest} Counted at {now:%H:%M} UTC on {now:%-d %B}.")
    return said


def leave_note(
    folder: Path, assignment: str, attempts: Attempts, settings: GradeOnSubmit, now: datetime
) -> None:
    """Write into the student's feedback `folder` what JupyterLab's assignment list says about each
    submission."""
    kept = attempts.all()
    calendar = store.read(attempts.course)
    notes = {
        _time(attempt): _note(number, attempt) + _late(calendar, attempts, attempt)
        for number, attempt in enumerate(kept, 1)
    }
    if kept and (rest := left(attempts, settings, now)):
        notes[_time(kept[-1])] += f". {rest}"
    free = attempts.free_at(settings, now)
    path = folder / STATUS_FILE
    try:
        known = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        known = {}
    known[assignment] = {
        "notes": notes,
        "limit": limit(settings),
        "free_at": free.timestamp() if free else 0,
    }
    write_whole(path, json.dumps(known))


def _late(calendar: Calendar, attempts: Attempts, attempt: Attempt) -> str:
    """Such as ", 2 hours late"."""
    came = attempt.came.replace(tzinfo=UTC)
    found = calendar.lateness(attempts.assignment, attempts.student, came)
    return f", {show_span(found.by)} late" if found.late else ""


def _time(attempt: Attempt) -> str:
    """As the student's list shows it: a part of the folder's name."""
    return (attempt.name.split("+") + ["", "", ""])[2]


def _note(number: int, attempt: Attempt) -> str:
    return f"attempt {number}: {SAYS.get(attempt.state, WAITS)}"
