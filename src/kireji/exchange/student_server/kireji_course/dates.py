"""When the student's work is due and closed, as the course tells this student."""

from datetime import UTC, datetime
from typing import Any

from kireji_calendar import read_calendar

from .places import Places


def dates_of(places: Places, assignment: str) -> dict[str, Any]:
    """What the course tells; nothing where it tells nothing."""
    return read_calendar(places.exchange.parent, places.course_id).get(assignment, {})


def moment(seconds: Any) -> str:
    """Seconds since 1970 in ISO format, which a browser shows in its own time zone; "" for none."""
    if not isinstance(seconds, int | float) or not seconds:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
