"""An assignment as its card shows it: what it is, when it is due, and how far the student is."""

from datetime import UTC, datetime
from typing import Any

from .attempts import Attempt, attempts_at, describe, is_being_graded, is_new, status_of
from .dates import dates_of, moment
from .notebooks import original_cells, points_of, title_of
from .places import Places


def cards(places: Places, now: datetime | None = None) -> list[dict[str, Any]]:
    """A card for each released assignment, first the one that is due first."""
    status, now = status_of(places), now or datetime.now(UTC)
    found = [card(places, name, status, now) for name in places.released()]
    return sorted(found, key=lambda card: (card["due"] or "9999", card["name"]))


def card(places: Places, name: str, status: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What JupyterLab shows of one assignment; times are in ISO format."""
    dates = dates_of(places, name)
    original = original_cells(places.original(name))
    attempts = attempts_at(places, name, status)
    known = status.get(name, {})
    latest = attempts[-1] if attempts else None
    begun = places.notebook(name).is_file()
    news = [attempt for attempt in attempts if is_new(places, attempt)]
    return {
        "name": name,
        "title": title_of(original, name),
        "points": points_of(original),
        "notebook": f"{name}/{name}.ipynb",
        "begun": begun,
        "folder": places.folder(name).exists(),
        "state": _state(begun, latest, known, now),
        "limit": known.get("limit", ""),
        "free_at": moment(known.get("free_at")),
        "attempts": [_attempt(places, attempts, attempt) for attempt in reversed(attempts)],
        "new_feedback": news[-1].number if news else 0,
        "due": moment(dates.get("due")),
        "closes": moment(dates.get("closes")),
        "extended": bool(dates.get("extended")),
        "rule": str(dates.get("late_rule", "")),
    }


def _state(begun: bool, latest: Attempt | None, known: dict[str, Any], now: datetime) -> str:
    if latest is None:
        return "in_progress" if begun else "not_begun"
    if latest.page:
        return "graded"
    return "being_graded" if is_being_graded(latest, known, now) else "handed_in"


def _attempt(places: Places, attempts: list[Attempt], attempt: Attempt) -> dict[str, Any]:
    came = attempt.handed_in
    return {
        "number": attempt.number,
        "timestamp": attempt.timestamp,
        "handed_in": came.isoformat() if came else "",
        "says": describe(attempts, attempt),
        "score": attempt.score,
        "max_score": attempt.max_score,
        "has_feedback": bool(attempt.page),
        "is_new": is_new(places, attempt),
    }
