"""What it costs to hand in late."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kireji.course.moments import days_later, show_span


@dataclass(frozen=True)
class LatePolicy:
    """A rule for late work.

    amount: what each day or hour that has begun costs, in `unit`; 0 where being late costs nothing
    unit: "points", or "percent" of the points that the work reached
    per: "day" by the clocks of the course, or "hour"
    cap: the most that lateness costs, in `unit`
    grace: work that comes this long after the due time is not late; later work is late from the due
        time on
    late_days: how many days of lateness a student may spend in the whole course without cost
    late_days_here: how many of them at one assignment"""

    amount: float = 0.0
    unit: str = "percent"
    per: str = "day"
    cap: float | None = None
    grace: timedelta = timedelta()
    late_days: int = 0
    late_days_here: int | None = None

    def days_begun(self, due: datetime, came: datetime, place: ZoneInfo) -> int:
        """How many days of lateness have begun; 0 within the grace period."""
        if came <= due + self.grace:
            return 0
        days = max(1, (came - due).days - 1)  # clocks that change move this by one at most
        while days_later(due, days, place) < came:
            days += 1
        return days

    def periods_begun(self, due: datetime, came: datetime, place: ZoneInfo) -> int:
        """How many days or hours of lateness have begun since `due`; the grace period is over."""
        if came <= due:
            return 0
        if self.per == "hour":
            return math.ceil((came - due) / timedelta(hours=1))
        return LatePolicy().days_begun(due, came, place)

    def cost(self, points: float, periods: int) -> float:
        """What `points` lose after so many days or hours; never more than there are."""
        lost = self.amount * periods
        if self.cap is not None:
            lost = min(lost, self.cap)
        if self.unit == "percent":
            lost = points * lost / 100
        return min(max(lost, 0.0), max(points, 0.0))

    def sentence(self) -> str:
        """The rule in words, as students read it."""
        if not self.amount:
            said = "Being late costs nothing."
        else:
            unit = "% of the points reached" if self.unit == "percent" else _points(self.amount)
            said = f"Each {self.per} late costs {self.amount:g}{unit}"
            if self.cap is not None:
                most = "%" if self.unit == "percent" else _points(self.cap)
                said += f", at most {self.cap:g}{most}"
            said += "."
        if self.grace:
            said += f" {show_span(self.grace)} after the due time are not late."
        if self.late_days:
            here = self.late_days_here
            most = f", at most {here} of them here" if here is not None else ""
            days = "day" if self.late_days == 1 else "days"
            said += f" Each student may be late by {self.late_days} {days} without cost{most}."
        return said


def _points(amount: float) -> str:
    return " point" if amount == 1 else " points"
