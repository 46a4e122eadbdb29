"""Dates as people write and read them in the course's time zone.

Inside Kireji a moment is an aware datetime in UTC. Standard library only.
"""

import os
import re
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from kireji.errors import KirejiError

FORM = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{1,2}:\d{2}(?::\d{2})?))?\s*(Z|UTC|[+-]\d{2}:?\d{2})?"
)
EXPECTED = "a date such as 2026-09-14 or 2026-09-14 23:59"
LAST_MINUTE = time(23, 59)  # of a day that is given without a time, where something ends


class MomentError(KirejiError):
    """A date cannot be read, does not exist, or exists twice; the message says what to write."""


def zone(name: str) -> ZoneInfo:
    """The time zone of this name, such as Europe/Berlin. MomentError for one that is not known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(name, available_timezones())
        raise MomentError(
            f"'{name}' is no time zone.{near} Expected a name such as Europe/Berlin."
        ) from None


def zone_of_this_machine() -> ZoneInfo:
    """The zone that TZ or /etc/localtime names; UTC where neither does."""
    found = os.environ.get("TZ", "").lstrip(":")
    if not found:
        found = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")[2]
    try:
        return zone(found or "UTC")
    except MomentError:
        return ZoneInfo("UTC")


def read(said: str, place: ZoneInfo, missing: time = LAST_MINUTE) -> datetime:
    """The moment that `said` names in the zone `place`; a day without a time gets `missing`."""
    found = FORM.fullmatch(said.strip())
    if not found:
        raise MomentError(f"'{said[:60]}' is no date. Expected {EXPECTED}.")
    day, clock, offset = found.groups()
    try:
        wall = datetime.combine(
            datetime.fromisoformat(day),
            time.fromisoformat(clock.zfill(5)) if clock else missing,
        )
        if offset:
            wall = datetime.fromisoformat(wall.isoformat() + offset.replace("UTC", "Z"))
    except ValueError as error:
        raise MomentError(f"'{said[:60]}' is no date ({error}). Expected {EXPECTED}.") from None
    return moment(wall, place)


def moment(wall: datetime, place: ZoneInfo) -> datetime:
    """The moment at which clocks in `place` show `wall`, or that `wall` names by its own offset.

    MomentError where clocks skip that time or show it twice."""
    try:
        if wall.tzinfo:
            return wall.astimezone(UTC)
        first, second = (_with_fold(wall, place, fold) for fold in (0, 1))
    except OverflowError:
        raise MomentError(f"'{wall}' is out of range. Expected {EXPECTED}.") from None
    if first == second:
        return first
    shown = f"{wall:%Y-%m-%d %H:%M}"
    if first.astimezone(place).replace(tzinfo=None) != wall:
        raise MomentError(
            f"{shown} does not exist in {place.key}: clocks are put forward over it. Write the"
            f" time that clocks show then, {first.astimezone(place):%Y-%m-%d %H:%M}, or an earlier"
            " one."
        )
    before, after = (f"{shown}{_offset(one, place)}" for one in (first, second))
    raise MomentError(
        f"{shown} exists twice in {place.key}: clocks are put back over it. Write {before} for the"
        f" first time, or {after} for the second."
    )


def days_later(start: datetime, days: int, place: ZoneInfo) -> datetime:
    """The moment `days` days after `start` by the clocks of `place`: at the same time of day.

    Where clocks skip that time or show it twice, the later of the possible moments."""
    wall = start.astimezone(place).replace(tzinfo=None) + timedelta(days=days)
    return max(_with_fold(wall, place, fold) for fold in (0, 1)) if days else start


def show(when: datetime, place: ZoneInfo) -> str:
    """Such as "Mon 14 Sep 2026, 23:59 CEST"; with seconds where there are some."""
    local = when.astimezone(place)
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b %Y}, {clock} {local:%Z}"


def show_span(span: timedelta) -> str:
    """A length of time in its two largest units, such as "2 days 3 hours"; rounded down."""
    seconds = int(span.total_seconds())
    parts = []
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return " ".join(parts[:2]) or "less than a second"


def did_you_mean(said: str, known: "list[str] | set[str]") -> str:
    """ " Did you mean ...?" where something known is spelt much like `said`; else "" """
    names = {name.lower(): name for name in sorted(known)}
    begun = [name for low, name in names.items() if said and low.startswith(said.lower())]
    near = begun or [names[low] for low in get_close_matches(said.lower(), names, n=1, cutoff=0.6)]
    return f" Did you mean {near[0]}?" if near else ""


def _with_fold(wall: datetime, place: ZoneInfo, fold: int) -> datetime:
    return wall.replace(tzinfo=place, fold=fold).astimezone(UTC)


def _offset(when: datetime, place: ZoneInfo) -> str:
    text = f"{when.astimezone(place):%z}"
    return f"{text[:3]}:{text[3:5]}"
