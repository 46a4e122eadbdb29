"""What the commands that change the calendar share: reading their arguments, and making a change
take effect."""

import re
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from kireji.course import calendar_store as store
from kireji.course.layout import COURSE_ID, Course
from kireji.course.moments import did_you_mean, read
from kireji.errors import KirejiError

DATE_HELP = "A date is 2026-09-14, '2026-09-14 23:59', or with an offset from UTC +02:00."
NONE = "none"
CLOCK = re.compile(r"\d{1,2}:\d{2}\S*")


def split_date(words: tuple[str, ...]) -> tuple[list[str], str]:
    """Words in front of a date, and the date, whose time may be a word of its own."""
    end = -2 if len(words) > 1 and CLOCK.fullmatch(words[-1]) else -1
    return list(words[:end]), " ".join(words[end:])


def read_date(course: Path, said: str) -> datetime | None:
    """The moment in the course's zone; None for "none"."""
    return None if said.lower() == NONE else read(said, zone_of(course))


def moment_of(course: Path, said: str | None) -> datetime:
    """When something begins: now, or at a date, whose day begins at midnight."""
    if said is None:
        return datetime.now(UTC).replace(microsecond=0)
    return read(said, zone_of(course), missing=time())


def zone_of(course: Path) -> ZoneInfo:
    """The course's zone."""
    if problem := store.problem(course):
        raise KirejiError(f"{problem}\nMend the file first; nothing was changed.")
    return store.read(course).zone


def known_students(course: Path) -> set[str]:
    """Who is in the gradebook, or has a folder in the exchange."""
    from nbgrader.api import Gradebook  # here: it takes seconds to import

    found = {path.name for path in Course(course).exchange.glob("*/inbound/*/")}
    gradebook = Course(course).gradebook
    if gradebook.exists():
        with Gradebook(f"sqlite:///{gradebook}", COURSE_ID) as book:
            found |= {student.id for student in book.students}
    return found


def check_students(course: Path, students: list[str]) -> None:
    """KirejiError for a name that no student of the course has."""
    known = known_students(course)
    for name in students:
        if name not in known:
            raise KirejiError(
                f"No student is called '{name}' here.{did_you_mean(name, known)} Nothing was"
                " changed. For a student who has not logged in yet, add --new."
            )


def begin(course: Path) -> None:
    """Have a calendar that says what holds now, before a first change to it."""
    if not store.path_of(course).exists():
        _apply(course)


def take_effect(course: Path, what: str, whom: str, said: str) -> None:
    """Record a change of the calendar, apply it, and say it."""
    Course(course).audit.record(what, whom, by="kireji", change=said)
    click.echo(said)
    for sentence in _apply(course):
        click.echo(sentence)


def _apply(course: Path) -> list[str]:
    from kireji.nbgrader_plugins.apply_calendar import apply
    from kireji.nbgrader_plugins.release import configuration

    return apply(configuration(Course(course))).sentences()
