"""The students' table of one assignment."""

from dataclasses import dataclass
from datetime import UTC, datetime

from kireji.course.calendar import Dates
from kireji.desk.desk import Desk
from kireji.desk.grades import Enrolled, Graded, TaskGrade
from kireji.desk.handed_in import HandedIn

PASSING_SHARE = 0.5  # of the points; below it a submission is listed as failing
FILTERS = {
    "": "Everybody",
    "missing": "Not handed in",
    "late": "Late",
    "failing": "Below half of the points",
    "waiting": "To be graded",
    "reading": "To be read",
    "unreturned": "Not returned",
}
SORTS = ("name", "score", "attempts", "came")


@dataclass(frozen=True)
class Line:
    """One student at one assignment; graded is None before the first grade."""

    student: Enrolled
    dates: Dates
    handed_in: HandedIn
    graded: Graded | None
    tasks: dict[str, TaskGrade]
    returned: bool
    max_score: float

    @property
    def came(self) -> datetime | None:
        return self.handed_in.last or (self.graded.came if self.graded else None)

    @property
    def is_late(self) -> bool:
        due = self.dates.due
        came = self.graded.came if self.graded and self.graded.came else self.came
        return bool(due and came and came > due)

    @property
    def states(self) -> list[str]:
        """What holds of it, as the keys of FILTERS."""
        graded = self.graded
        holds = {
            "missing": self.came is None and not self.handed_in.new,
            "late": self.is_late,
            "failing": graded is not None and graded.score < PASSING_SHARE * self.max_score,
            "waiting": self.handed_in.new,
            "reading": graded is not None and graded.to_read > 0,
            "unreturned": graded is not None and not self.returned,
        }
        return [name for name, there in holds.items() if there]

    @property
    def words(self) -> str:
        """The state in words, the most urgent first."""
        if self.handed_in.new:
            return "to be graded"
        if self.graded is None:
            return "being graded" if self.came else "not handed in"
        if self.graded.to_read:
            return "to be read"
        return "returned" if self.returned else "graded, not returned"


def lines(desk: Desk, assignment: str, only: str = "") -> list[Line]:
    """One for each student of the class, or for `only` one of them."""
    calendar = desk.calendar
    graded = {one.student: one for one in desk.grades.graded(assignment, only)}
    tasks = desk.grades.by_task(assignment, only)
    most = max_score(desk, assignment)
    return [
        Line(
            student,
            calendar.dates(assignment, student.name),
            desk.folders.handed_in(assignment, student.name),
            graded.get(student.name),
            {one.task: one for one in tasks.get(student.name, [])},
            desk.folders.is_returned(assignment, student.name),
            most,
        )
        for student in desk.grades.enrolled()
        if only in ("", student.name)
    ]


def max_score(desk: Desk, assignment: str) -> float:
    """What can be reached, written tasks included."""
    return sum(desk.course.assignment(assignment).points.values())


def choose(
    every: list[Line], wanted: str = "", search: str = "", sort: str = "name", down: bool = False
) -> list[Line]:
    """Those in the state `wanted` whose name, account or mail has `search` in it, sorted."""
    text = search.strip().casefold()
    found = [
        line
        for line in every
        if (not wanted or wanted in line.states)
        and text in f"{line.student.full_name} {line.student.name} {line.student.mail}".casefold()
    ]
    keys = {
        "score": lambda line: line.graded.score if line.graded else -1.0,
        "attempts": lambda line: line.handed_in.attempts,
        "came": lambda line: line.came or datetime.min.replace(tzinfo=UTC),
    }
    return (
        sorted(found, key=keys[sort], reverse=down) if sort in keys else found[:: -1 if down else 1]
    )
