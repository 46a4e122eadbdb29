"""The course's calendar: when each assignment is released, due and closed, for whom, and what being
late costs. Plain values; `kireji.course.calendar_store` reads and writes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from kireji.course.late_policy import LatePolicy
from kireji.course.moments import days_later, show, show_span

NOTHING: Mapping[str, datetime] = MappingProxyType({})


@dataclass(frozen=True)
class GradingRules:
    """How what is handed in is graded; None where the calendar does not say."""

    on_arrival: bool | None = None
    feedback_at_once: bool | None = None
    attempts: int | None = None
    hours: float | None = None
    counts: str | None = None

    def over(self, other: "GradingRules") -> "GradingRules":
        """These, and where they say nothing the `other` ones."""
        mine = {name: value for name, value in vars(self).items() if value is not None}
        return GradingRules(**(vars(other) | mine))


@dataclass(frozen=True)
class Dates:
    """What holds for one student at one assignment; moments in UTC, None for never."""

    release: datetime | None
    due: datetime | None
    closes: datetime | None
    extended: bool = False  # `due` is later for this student than for the class
    withdrawn: datetime | None = None

    def is_released(self, now: datetime) -> bool:
        """Whether students can fetch it: of release and withdrawal, the last that is past."""
        if self.release is None or self.release > now:
            return False
        return self.withdrawn is None or not self.release <= self.withdrawn <= now

    def is_closed(self, now: datetime) -> bool:
        """Whether what is handed in now is refused."""
        return self.closes is not None and now > self.closes


@dataclass(frozen=True)
class AssignmentDates:
    """What the calendar says of one assignment. extensions: student -> due time."""

    release: datetime | None = None
    due: datetime | None = None
    closes: datetime | None = None
    withdrawn: datetime | None = None
    extensions: Mapping[str, datetime] = field(default_factory=lambda: NOTHING)
    late: LatePolicy = LatePolicy()
    grading: GradingRules = GradingRules()


@dataclass(frozen=True)
class Lateness:
    """How late something came, by which rule.

    by: how long after the due time; zero if in time, or within the grace period
    periods: days or hours that cost something    days_spent: late days that cost nothing"""

    dates: Dates
    came: datetime
    by: timedelta
    periods: int
    days_spent: int
    refused: bool
    policy: LatePolicy

    @property
    def late(self) -> bool:
        return self.by > timedelta()

    def cost(self, points: float) -> float:
        """What `points` lose."""
        return self.policy.cost(points, self.periods)

    def sentence(self, place: ZoneInfo, taken: float = 0.0) -> str:
        """How late by whose clock, which rule applied and how many points were `taken` off; "" if
        in time."""
        if not self.late or self.dates.due is None:
            return ""
        whose = "extended " if self.dates.extended else ""
        said = (
            f"Handed in {show_span(self.by)} late: at {show(self.came, place)} by the server's"
            f" clock, and the {whose}due time was {show(self.dates.due, place)}."
        )
        if self.days_spent:
            said += f" {_days(self.days_spent)} spent."
        said += f" {self.policy.sentence()}"
        if taken:
            said += f" {taken:.4g} points were taken off."
        return said


@dataclass(frozen=True)
class Calendar:
    """All dates and rules of a course. What it does not name is not released and never due."""

    zone: ZoneInfo = ZoneInfo("UTC")
    assignments: Mapping[str, AssignmentDates] = field(default_factory=dict)
    late: LatePolicy = LatePolicy()
    grading: GradingRules = GradingRules()

    def of(self, assignment: str) -> AssignmentDates:
        """What is said of `assignment`."""
        return self.assignments.get(assignment) or AssignmentDates(
            late=self.late, grading=self.grading
        )

    def dates(self, assignment: str, student: str | None = None) -> Dates:
        """What holds for `student`, or for a student without an extension.

        An extension never brings the due time forward, and the assignment stays open until it."""
        said = self.of(assignment)
        longer = said.extensions.get(student) if student is not None else None
        extended = longer is not None and said.due is not None and longer > said.due
        due, closes = longer if extended else said.due, said.closes
        if extended and closes is not None and due is not None:
            closes = max(closes, due)
        return Dates(said.release, due, closes, extended, said.withdrawn)

    def released(self, now: datetime) -> list[str]:
        """The assignments that students can fetch."""
        return [name for name in self.assignments if self.dates(name).is_released(now)]

    def lateness(self, assignment: str, student: str, came: datetime, spent: int = 0) -> Lateness:
        """How late what came at `came` is, where `student` has `spent` late days elsewhere."""
        dates, policy = self.dates(assignment, student), self.of(assignment).late
        came = came.astimezone(UTC)
        refused = dates.is_closed(came)
        days = policy.days_begun(dates.due, came, self.zone) if dates.due else 0
        if dates.due is None or not days:
            return Lateness(dates, came, timedelta(), 0, 0, refused, policy)
        allowed = max(0, policy.late_days - spent)
        if policy.late_days_here is not None:
            allowed = min(allowed, policy.late_days_here)
        spending = min(days, allowed)
        counted_from = days_later(dates.due, spending, self.zone)
        periods = policy.periods_begun(counted_from, came, self.zone)
        return Lateness(dates, came, came - dates.due, periods, spending, refused, policy)

    def all_lateness(self, student: str, came: Mapping[str, datetime]) -> dict[str, Lateness]:
        """Of what `student` handed in, assignment -> time. Late days are spent in the order
        in which it came."""
        found: dict[str, Lateness] = {}
        spent = 0
        for name in sorted(came, key=lambda name: (came[name], name)):
            found[name] = self.lateness(name, student, came[name], spent)
            spent += found[name].days_spent
        return found


def _days(count: int) -> str:
    return f"{count} late day{'s were' if count > 1 else ' was'}"
