"""What a student's server knows of the dates: when the student's work is due and closed.

Mounted into students' servers by itself, so it imports nothing else of Kireji. It only tells: the
course applies the same dates again, by its own clock, where submissions are collected.
"""

import json
import time
from pathlib import Path

CALENDAR_FILE = "calendar.json"  # in the student's feedback folder; kireji.exchange.calendar_note


def read_calendar(exchange: Path, course: str) -> dict[str, dict]:
    """assignment -> what the course tells this student; nothing where it tells nothing."""
    try:
        found = json.loads((exchange / course / "feedback" / CALENDAR_FILE).read_text())
        return found["assignments"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def refusal(dates: dict, now: float | None = None) -> str:
    """Why nothing can be handed in any more, as a sentence; "" while it can."""
    closes = dates.get("closes")
    if closes is None or (time.time() if now is None else now) <= closes:
        return ""
    return f"it was closed on {dates['closes_words']}. Ask your instructor for an extension."


def lateness(dates: dict, now: float | None = None) -> str:
    """What handing in now means, as a sentence; "" while it is in time."""
    due, grace = dates.get("due"), dates.get("grace_seconds", 0)
    if due is None or (time.time() if now is None else now) <= due + grace:
        return ""
    whose = "your extended due time" if dates.get("extended") else "the due time"
    return f"This is late: {whose} was {dates['due_words']}. {dates['late_rule']}"
