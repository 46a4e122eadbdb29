"""The last comparison of each assignment, in the course's var/copies: a page with the code side by
side, and the pairs for the desk."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kireji.copies.look import AlikePair, Comparison
from kireji.course.layout import Course
from kireji.files.atomic import write_whole

FOLDER = "copies"  # in var/


@dataclass(frozen=True)
class KeptComparison:
    """What the last comparison of an assignment found.

    compared: the number of submissions   skipped: {student: why theirs could not be compared}
    seen: the pairs that an instructor has looked at"""

    at: datetime
    compared: int
    pairs: tuple[AlikePair, ...]
    skipped: dict[str, str]
    seen: frozenset[AlikePair]

    @property
    def new(self) -> tuple[AlikePair, ...]:
        """The pairs that nobody has looked at yet."""
        return tuple(pair for pair in self.pairs if pair not in self.seen)


def page_of(course: Course, assignment: str) -> Path:
    """Where the page of an assignment lies."""
    return course.var / FOLDER / f"{assignment}.html"


def keep(course: Course, found: Comparison, page: str) -> None:
    """Keep a comparison in place of the one before."""
    (course.var / FOLDER).mkdir(parents=True, exist_ok=True)
    write_whole(page_of(course, found.assignment), page)
    kept = {
        "at": datetime.now(UTC).isoformat(),
        "compared": len(found.students),
        "pairs": [asdict(pair) for pair in found.pairs],
        "skipped": found.skipped,
    }
    write_whole(_pairs_of(course, found.assignment), json.dumps(kept))


def read(course: Course, assignment: str) -> KeptComparison | None:
    """The last comparison; None if there was none, or if its file is damaged: comparing again makes
    it."""
    try:
        kept = json.loads(_pairs_of(course, assignment).read_text(encoding="utf-8"))
        return KeptComparison(
            datetime.fromisoformat(kept["at"]),
            kept["compared"],
            _pairs(kept["pairs"]),
            kept["skipped"],
            frozenset(_seen(course, assignment)),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def mark_seen(course: Course, assignment: str) -> int:
    """Note that an instructor has looked at all pairs of the last comparison; returns how many were
    new."""
    found = read(course, assignment)
    if found is None or not found.new:
        return 0
    seen = [asdict(pair) for pair in (*found.seen, *found.new)]
    write_whole(_seen_file(course, assignment), json.dumps(seen))
    return len(found.new)


def _seen(course: Course, assignment: str) -> Iterable[AlikePair]:
    try:
        return _pairs(json.loads(_seen_file(course, assignment).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()


def _pairs(listed: list[dict]) -> tuple[AlikePair, ...]:
    return tuple(AlikePair(**pair) for pair in listed)


def _pairs_of(course: Course, assignment: str) -> Path:
    return course.var / FOLDER / f"{assignment}.json"


def _seen_file(course: Course, assignment: str) -> Path:
    return course.var / FOLDER / f"{assignment}.seen.json"
