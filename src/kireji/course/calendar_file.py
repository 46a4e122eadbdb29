"""Reads the text of calendar.toml. A bad file is refused whole, with the line and the reason.

Standard library only."""

import bisect
import tomllib
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from kireji.course.calendar import AssignmentDates, Calendar, GradingRules
from kireji.course.late_policy import LatePolicy
from kireji.course.moments import LAST_MINUTE, MomentError, did_you_mean, moment, read, zone
from kireji.errors import KirejiError

FILE = "calendar.toml"
TOP = ("timezone", "late", "grading", "assignments")
DATES = ("release", "due", "closes", "withdrawn")
RATES = {
    f"{unit}_per_{per}": (unit, per) for unit in ("points", "percent") for per in ("day", "hour")
}
LATE = (*RATES, "cap", "grace_minutes", "late_days")
COUNTS = ("last", "best")
GRADING = {
    "on_arrival": (bool, "true or false"),
    "feedback_at_once": (bool, "true or false"),
    "attempts": (int, "a whole number, or 0 for no limit"),
    "hours": (float, "a number of hours above 0"),
    "counts": (str, '"last" or "best"'),
}

T = TypeVar("T")
Where = tuple[str, ...]  # the keys that lead to a value


class CalendarError(KirejiError):
    """calendar.toml cannot be used; the message has the line and the reason."""


class _Bad(Exception):
    """A value at `where` is wrong, for this reason."""

    def __init__(self, where: Where, reason: str) -> None:
        self.where, self.reason = where, reason


def parse(text: str, assignments: Collection[str] | None = None) -> Calendar:
    """The calendar that `text` is. CalendarError for the first thing that is wrong.

    assignments: the names that there are; any name is right unless they are given"""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CalendarError(f"{FILE} cannot be read: {error}.") from None
    try:
        return _calendar(said, assignments)
    except _Bad as bad:
        raise CalendarError(f"{FILE}, line {line_of(text, bad.where)}: {bad.reason}") from None


def line_of(text: str, where: Where) -> int:
    """The line at which the value at `where` ends, counted from 1."""
    lines = text.splitlines(keepends=True)

    def has(count: int) -> bool:
        for end in range(count, 0, -1):  # a value over several lines is whole at its last
            try:
                found: Any = tomllib.loads("".join(lines[:end]))
            except tomllib.TOMLDecodeError:
                continue
            for key in where:
                found = found.get(key) if isinstance(found, dict) else None
            return found is not None
        return False

    return bisect.bisect_left(range(1, len(lines) + 1), True, key=has) + 1


def _calendar(said: Mapping[str, Any], known: Collection[str] | None) -> Calendar:
    _keys(said, TOP, ())
    place = _convert(said.get("timezone", "UTC"), ("timezone",), _zone)
    late = _late(_table(said, "late", ()), LatePolicy(), ("late",), course=True)
    grading = _grading(_table(said, "grading", ()), ("grading",))
    found = {}
    for name, each in _table(said, "assignments", ()).items():
        where = ("assignments", name)
        if known is not None and name not in known:
            near = did_you_mean(name, list(known))
            listed = ", ".join(sorted(known))
            raise _Bad(where, f"there is no assignment '{name}'.{near} Those there are: {listed}.")
        if not isinstance(each, dict):
            raise _Bad(where, f"expected a table [assignments.{name}].")
        found[name] = _assignment(each, where, place, late, grading)
    return Calendar(place, found, late, grading)


def _assignment(
    said: Mapping[str, Any], where: Where, place: ZoneInfo, late: LatePolicy, grading: GradingRules
) -> AssignmentDates:
    _keys(said, (*DATES, "extensions", "late", "grading"), where)
    dates = {
        name: _date(said[name], (*where, name), place, starts=name == "release")
        for name in DATES
        if name in said
    }
    for earlier, later in (("release", "due"), ("due", "closes"), ("release", "closes")):
        if earlier in dates and later in dates and dates[later] < dates[earlier]:
            raise _Bad((*where, later), f"'{later}' is before '{earlier}'.")
    extensions = {
        student: _date(value, (*where, "extensions", student), place)
        for student, value in _table(said, "extensions", where).items()
    }
    if extensions and "due" not in dates:
        raise _Bad((*where, "extensions"), "extensions need a 'due' date to extend.")
    return AssignmentDates(
        **dates,
        extensions=extensions,
        late=_late(_table(said, "late", where), late, (*where, "late")),
        grading=_grading(_table(said, "grading", where), (*where, "grading")).over(grading),
    )


def _late(
    said: Mapping[str, Any], base: LatePolicy, where: Where, course: bool = False
) -> LatePolicy:
    """A late policy that changes `base`; naming a rate replaces the rate and its cap."""
    _keys(said, LATE, where)
    values: dict[str, Any] = dict(vars(base))
    rates = [name for name in said if name in RATES]
    if len(rates) > 1:
        raise _Bad((*where, rates[1]), f"'{rates[0]}' is there already; a policy has one rate.")
    if rates:
        values["unit"], values["per"] = RATES[rates[0]]
        values["amount"], values["cap"] = _number(said[rates[0]], (*where, rates[0])), None
    if "cap" in said:
        if not values["amount"]:
            raise _Bad((*where, "cap"), f"a cap needs a rate, one of {', '.join(RATES)}.")
        values["cap"] = _number(said["cap"], (*where, "cap"))
    if "grace_minutes" in said:
        minutes = _number(said["grace_minutes"], (*where, "grace_minutes"), most=60 * 24 * 365)
        values["grace"] = timedelta(minutes=minutes)
    if "late_days" in said:
        days = said["late_days"]
        if type(days) is not int or not 0 <= days <= 1000:
            raise _Bad((*where, "late_days"), f"expected a whole number of days, found {days!r}.")
        values["late_days" if course else "late_days_here"] = days
    return LatePolicy(**values)


def _grading(said: Mapping[str, Any], where: Where) -> GradingRules:
    _keys(said, GRADING, where)
    for name, value in said.items():
        kind, expected = GRADING[name]
        fits = type(value) is kind or (kind is float and type(value) is int)
        if (
            not fits
            or (name == "counts" and value not in COUNTS)
            or (name == "attempts" and not 0 <= value <= 10**6)
            or (name == "hours" and not 0 < value <= 10**6)
        ):
            raise _Bad((*where, name), f"'{name}' is {value!r}. Expected {expected}.")
    return GradingRules(**said)


def _date(value: object, where: Where, place: ZoneInfo, starts: bool = False) -> datetime:
    """A moment from a date of TOML's, or from a text."""
    missing = time() if starts else LAST_MINUTE

    def convert(given: object) -> datetime:
        if isinstance(given, datetime):
            return moment(given, place)
        if isinstance(given, date):
            return moment(datetime.combine(given, missing), place)
        return read(given if isinstance(given, str) else repr(given), place, missing)

    return _convert(value, where, convert)


def _zone(value: object) -> ZoneInfo:
    return zone(value if isinstance(value, str) else repr(value))


def _convert(value: object, where: Where, convert: Callable[[object], T]) -> T:
    try:
        return convert(value)
    except MomentError as error:
        raise _Bad(where, str(error)) from None


def _number(value: object, where: Where, most: float = 10**6) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        raise _Bad(where, f"'{where[-1]}' is {value!r}. Expected a number from 0 to {most:,.0f}.")
    return float(value)


def _table(said: Mapping[str, Any], name: str, where: Where) -> Mapping[str, Any]:
    found = said.get(name, {})
    if not isinstance(found, dict):
        raise _Bad((*where, name), f"expected a table [{'.'.join((*where, name))}].")
    return found


def _keys(said: Mapping[str, Any], known: Collection[str], where: Where) -> None:
    for name in said:
        if name not in known:
            near = did_you_mean(name, list(known))
            raise _Bad((*where, name), f"'{name}' is no key here.{near} Known: {', '.join(known)}.")
