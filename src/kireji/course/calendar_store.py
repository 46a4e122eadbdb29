"""The calendar of a course on the disk: COURSE/var/calendar.toml, which people edit too.

A bad file changes nothing: the last good one, kept in calendar.good.toml, holds until the file is
mended. Edits keep comments and layout, and are checked before they are written.
"""

import functools
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kireji.course.calendar import Calendar
from kireji.course.calendar_file import FILE, CalendarError, parse
from kireji.course.moments import did_you_mean, zone_of_this_machine
from kireji.errors import KirejiError
from kireji.files.atomic import write_whole
from kireji.files.lock import hold

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

GOOD = "calendar.good.toml"
LOCK = "calendar.lock"
HEADER = """\
# The course's dates and rules. Edit this file, or use ./kireji calendar, due, extend, release and
# withdraw. Times are those of `timezone`; a time that clocks show twice needs an offset, such as
# 2026-10-25T02:30:00+02:00. docs/howto/set-dates.md explains every key.
"""


def path_of(course: Path) -> Path:
    """Where the calendar of the course directory `course` lies."""
    return course / "var" / FILE


def assignments(course: Path) -> list[str]:
    """The assignments of a course, by their notebooks in source/ and release/."""
    notebooks = [*course.glob("source/*/*.ipynb"), *course.glob("release/*/*.ipynb")]
    return sorted({path.stem for path in notebooks if path.stem == path.parent.name})


def read(course: Path) -> Calendar:
    """The calendar that holds: of calendar.toml, or of its last good version if it is bad.

    An empty calendar where there is none. CalendarError where there is no good version."""
    try:
        return _checked(course)
    except CalendarError:
        good = path_of(course).with_name(GOOD)
        if not good.is_file():
            raise
        return parse(good.read_text(encoding="utf-8"))


def problem(course: Path) -> str:
    """What is wrong with calendar.toml; "" if nothing is."""
    try:
        _checked(course)
    except CalendarError as error:
        return str(error)
    return ""


def _checked(course: Path) -> Calendar:
    path = path_of(course)
    try:
        status = path.stat()
    except FileNotFoundError:
        return Calendar()
    known = tuple(assignments(course))
    found = _read(path, status.st_mtime_ns, status.st_size, status.st_ino, known)
    if isinstance(found, str):
        raise CalendarError(found)
    return found


@functools.lru_cache(maxsize=16)
def _read(
    path: Path, changed: int, size: int, inode: int, known: tuple[str, ...]
) -> Calendar | str:
    """What the file says, or what is wrong with it; keeps a copy of a good one."""
    try:
        text = path.read_text(encoding="utf-8")
        found = parse(text, known)
    except CalendarError as error:
        return str(error)
    except (OSError, UnicodeDecodeError) as error:
        return f"{FILE} cannot be read: {error}."
    good = path.with_name(GOOD)
    with suppress(OSError):  # where this process may only read
        if not good.is_file() or good.read_text(encoding="utf-8") != text:
            write_whole(good, text)
    return found


def begin(course: Path, released: Iterable[str], now: datetime) -> Calendar:
    """Write the first calendar: `released` are released at `now`, nothing is due. Does nothing
    where there is one."""
    with hold(path_of(course).with_name(LOCK)):
        if not path_of(course).exists():
            place = zone_of_this_machine()
            document = _new(place)
            for name in released:
                _assignment(document, name)["release"] = _wall(now.replace(microsecond=0), place)
            _write(course, document)
    return read(course)


def edit(course: Path, change: Callable[["TOMLDocument", ZoneInfo], None]) -> Calendar:
    """Have `change` alter the document, whose zone it is given; return the new calendar.

    CalendarError, and nothing is written, where the file is bad before or after."""
    import tomlkit  # here: reading must not need it

    with hold(path_of(course).with_name(LOCK)):
        place = _checked(course).zone
        if path_of(course).exists():
            document = tomlkit.parse(path_of(course).read_text(encoding="utf-8"))
        else:
            place = zone_of_this_machine()
            document = _new(place)
        try:
            change(document, place)
        except tomlkit.exceptions.TOMLKitError as error:
            raise CalendarError(
                f"{FILE} has a layout that cannot be changed from here ({error}). Edit the file."
            ) from None
        _write(course, document)
    return read(course)


def set_dates(course: Path, assignment: str, **dates: datetime | None) -> Calendar:
    """Set release, due, closes or withdrawn of `assignment`; None removes one."""

    def change(document: "TOMLDocument", place: ZoneInfo) -> None:
        table = _assignment(document, assignment)
        for name, when in dates.items():
            if when is not None:
                table[name] = _wall(when, place)
            elif name in table:
                del table[name]

    return edit(course, change)


def extend(
    course: Path, assignment: str, students: Iterable[str], due: datetime | None
) -> Calendar:
    """Give `students` another due time at `assignment`; None takes their extensions back."""

    def change(document: "TOMLDocument", place: ZoneInfo) -> None:
        import tomlkit

        table = _assignment(document, assignment)
        if "extensions" not in table:
            table["extensions"] = tomlkit.table()
        for student in students:
            if due is not None:
                table["extensions"][student] = _wall(due, place)
            elif student in table["extensions"]:
                del table["extensions"][student]
        if not table["extensions"]:
            del table["extensions"]

    return edit(course, change)


def set_timezone(course: Path, place: ZoneInfo) -> Calendar:
    """Have the calendar's times be those of `place`; the times of day stay as they are written."""

    def change(document: "TOMLDocument", former: ZoneInfo) -> None:
        document["timezone"] = place.key

    return edit(course, change)


def assignment_named(course: Path, said: str) -> str:
    """The assignment of this name. KirejiError that lists those there are, and the nearest."""
    known = assignments(course)
    if said not in known:
        raise KirejiError(
            f"There is no assignment '{said}'.{did_you_mean(said, known)} Those there are:"
            f" {', '.join(known)}."
        )
    return said


def _new(place: ZoneInfo) -> "TOMLDocument":
    import tomlkit

    return tomlkit.parse(f'{HEADER}\ntimezone = "{place.key}"\n')


def _assignment(document: "TOMLDocument", name: str) -> Any:
    import tomlkit

    if "assignments" not in document:
        document["assignments"] = tomlkit.table(is_super_table=True)
    every: Any = document["assignments"]
    if name not in every:
        every[name] = tomlkit.table()
    return every[name]


def _wall(when: datetime, place: ZoneInfo) -> datetime:
    """As it is written: the time that clocks show, with its offset where they show it twice."""
    local = when.astimezone(place)
    wall = local.replace(tzinfo=None, fold=0)
    twice = len({wall.replace(tzinfo=place, fold=fold).utcoffset() for fold in (0, 1)}) > 1
    if twice:
        offset = local.utcoffset()
        assert offset is not None
        return wall.replace(tzinfo=timezone(offset))
    return wall


def _write(course: Path, document: "TOMLDocument") -> None:
    import tomlkit

    text = tomlkit.dumps(document)
    try:
        parse(text, assignments(course))
    except CalendarError as error:
        raise CalendarError(f"Nothing was changed, since it would not be right: {error}") from None
    write_whole(path_of(course), text)
