"""What a calendar means, the slow and obvious way: minute by minute, with nothing of Kireji's."""

from datetime import UTC, datetime, timedelta
from functools import cache

STEP = timedelta(minutes=1)


@cache
def same_time_of_day(due, days, zone):
    """The last moment of the minute-wise walk at which clocks show the due time `days` days on.

    Where clocks skip that time, it is moved by as much as they skip."""
    wall = due.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    now = due + timedelta(days=days, hours=-3)
    exact, before = None, None
    for _ in range(6 * 60):
        shown = now.astimezone(zone).replace(tzinfo=None)
        if shown == wall:
            exact = now
        if shown < wall:
            before = now, wall - shown
        now += STEP
    return exact or before[0] + before[1]


def is_released(events, now):
    """events: ("release" or "withdraw", when); the last that is past holds."""
    there = False
    for what, when in sorted(events, key=lambda event: (event[1], event[0] == "withdraw")):
        if when <= now:
            there = what == "release"
    return there


class SlowStudent:
    """Hands in at one assignment after the other, and pays from a purse of late days."""

    def __init__(self, zone, late_days):
        self.zone, self.purse = zone, late_days

    def hand_in(self, due, grace, came, rate, unit, per, cap, here, points):
        """Returns days spent and points lost."""
        if due is None or came <= due + grace:
            return 0, 0.0
        days = 0
        while self.deadline(due, days) < came:
            days += 1
        spent = 0
        while spent < days and self.purse and (here is None or spent < here):
            spent, self.purse = spent + 1, self.purse - 1
        owed, clock = 0, self.deadline(due, spent)
        while clock < came:
            owed += 1
            clock = (
                self.deadline(due, spent + owed)
                if per == "day"
                else self.deadline(due, spent) + owed * timedelta(hours=1)
            )
        lost = owed * rate if cap is None else min(owed * rate, cap)
        return spent, min(points, points * lost / 100 if unit == "percent" else lost)

    def deadline(self, due, days):
        return due if days == 0 else same_time_of_day(due, days, self.zone)


def at(text, zone):
    """A moment by the clocks of `zone`, which show it once."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
