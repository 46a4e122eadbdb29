"""What a student has handed in, and what came back: read from their part of the exchange."""

import html
import os
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kireji_attempts import read_status
from nbgrader.utils import notebook_hash

from .places import Places, read_json

TIMESTAMP = "%Y-%m-%d %H:%M:%S.%f UTC"
TITLE = re.compile(r"<title>.*: (-?[\d.]+) of ([\d.]+) points</title>")
TITLE_BYTES = 8192  # of a feedback page, in which its title is
MAX_SECRET_BYTES = 4096
AT_ONCE = "graded on arrival"  # as the course's note says it
MAX_STATUS_AGE_SECONDS = 3600  # of an attempt that may still be being graded


@dataclass(frozen=True)
class Attempt:
    """One of them. `number` counts from 1; `page` is its feedback, if it is back."""

    number: int
    timestamp: str  # as nbgrader writes it, a part of the folder's name
    note: str
    page: Path | None
    returned: float  # when the feedback came; 0 if it has not
    score: float | None
    max_score: float | None

    @property
    def handed_in(self) -> datetime | None:
        try:
            return datetime.strptime(self.timestamp, TIMESTAMP).replace(tzinfo=UTC)
        except ValueError:
            return None

    @property
    def graded_at_once(self) -> bool:
        return AT_ONCE in self.note


def status_of(places: Places) -> dict[str, Any]:
    """assignment -> what the course says of its attempts."""
    return read_status(places.exchange.parent, places.course_id)


def attempts_at(places: Places, assignment: str, status: dict[str, Any]) -> list[Attempt]:
    """The student's attempts, the oldest first."""
    notes = status.get(assignment, {}).get("notes", {})
    found = []
    for number, (timestamp, folder) in enumerate(handed_in(places, assignment), 1):
        page = feedback_page(places, folder, assignment)
        score, most = score_of(page) if page else (None, None)
        found.append(
            Attempt(
                number=number,
                timestamp=timestamp,
                note=notes.get(timestamp, ""),
                page=page,
                returned=page.stat().st_mtime if page else 0,
                score=score,
                max_score=most,
            )
        )
    return found


def handed_in(places: Places, assignment: str) -> list[tuple[str, Path]]:
    """(timestamp, folder) of each attempt, the oldest first."""
    try:
        names = os.listdir(places.inbound)
    except OSError:
        return []
    found = []
    for name in names:
        parts = name.split("+")
        if len(parts) >= 3 and parts[1] == assignment and not name.startswith("."):
            found.append((parts[2], places.inbound / name))
    return sorted(found)


def feedback_page(places: Places, folder: Path, assignment: str) -> Path | None:
    """The page on an attempt, under the name that nbgrader gives it; None before it is back."""
    try:
        secret = folder / "submission_secret.txt"
        if not stat.S_ISREG(secret.lstat().st_mode) or secret.stat().st_size > MAX_SECRET_BYTES:
            return None
        name = notebook_hash(secret=secret.read_text(), notebook_id=assignment)
    except (OSError, ValueError):
        return None
    page = places.feedback / f"{name}.html"
    return page if page.is_file() else None


def score_of(page: Path) -> tuple[float | None, float | None]:
    """The score and its maximum, which the page has in its title."""
    try:
        with page.open(encoding="utf-8", errors="replace") as file:
            found = TITLE.search(html.unescape(file.read(TITLE_BYTES)))
    except OSError:
        return None, None
    return (float(found[1]), float(found[2])) if found else (None, None)


def seen_file(places: Places) -> Path:
    return places.state / "feedback-seen.json"


def is_new(places: Places, attempt: Attempt) -> bool:
    """Whether the student has not opened this feedback, or an earlier version of it."""
    seen = read_json(seen_file(places)).get(attempt.timestamp, 0)
    return bool(attempt.page) and (not isinstance(seen, int | float) or attempt.returned > seen)


def describe(attempts: list[Attempt], attempt: Attempt) -> str:
    """What became of an attempt, in words."""
    if attempt.page:
        if attempt.score is None:
            return "feedback is here"
        return f"{attempt.score:g} of {attempt.max_score:g} points"
    later = next((one for one in attempts[attempt.number :] if one.page), None)
    if later:
        return f"replaced by attempt {later.number} before it was graded"
    return attempt.note or "handed in"


def is_being_graded(attempt: Attempt, status: dict[str, Any], now: datetime) -> bool:
    """Whether the course grades this attempt right now, as far as its notes say."""
    if attempt.page or not status:
        return False
    if attempt.note:
        return attempt.graded_at_once
    came = attempt.handed_in
    recent = came is not None and (now - came).total_seconds() < MAX_STATUS_AGE_SECONDS
    return recent and status.get("free_at", 0) <= now.timestamp()
