"""What a student's server may know of the calendar: the dates of released assignments, for this
student alone. It lies in the student's feedback folder, which is read-only to them."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from kireji.course.calendar import Calendar
from kireji.course.moments import show
from kireji.exchange.student_server.kireji_calendar import CALENDAR_FILE
from kireji.files.atomic import write_whole


def note(calendar: Calendar, student: str, now: datetime) -> dict[str, Any]:
    """What `student` is told. Moments are seconds since 1970, with words in the course's zone."""
    told = {}
    for name in calendar.released(now):
        dates, said = calendar.dates(name, student), calendar.of(name)
        told[name] = {
            "due": _seconds(dates.due),
            "due_words": _words(dates.due, calendar),
            "closes": _seconds(dates.closes),
            "closes_words": _words(dates.closes, calendar),
            "extended": dates.extended,
            "grace_seconds": said.late.grace.total_seconds(),
            "late_rule": said.late.sentence(),
        }
    return {"timezone": calendar.zone.key, "assignments": told}


def leave_calendar(feedback: Path, calendar: Calendar, student: str, now: datetime) -> bool:
    """Write the note into the student's folder `feedback`, if it is not there; say whether it was
    written."""
    path, text = feedback / CALENDAR_FILE, json.dumps(note(calendar, student, now))
    try:
        if path.read_text() == text:
            return False
    except (OSError, ValueError):
        pass
    write_whole(path, text)
    return True


def _seconds(when: datetime | None) -> float | None:
    return when.timestamp() if when else None


def _words(when: datetime | None, calendar: Calendar) -> str:
    return show(when, calendar.zone) if when else ""
