"""The class at a glance: a row an assignment, and what needs a person."""

from dataclasses import dataclass, field
from statistics import median

from kireji.copies import kept
from kireji.course.calendar import Dates
from kireji.desk.changes import work
from kireji.desk.desk import Desk
from kireji.desk.grades import Graded
from kireji.report_index.index import open_index


@dataclass(frozen=True)
class Row:
    """One assignment.

    begun: None where homes cannot be seen   waiting: students whose last attempt is not graded
    unreturned: students with a grade and no feedback on it
    not_graded: the reason for each of those that could not be graded
    broken: students in whose work a hidden test failed itself
    alike: pairs of submissions that are too alike and that nobody has looked at"""

    name: str
    title: str
    dates: Dates
    max_score: float
    enrolled: int
    begun: int | None
    handed_in: int
    to_read: int
    answers: int
    returned: int
    scores: list[float]
    waiting: list[str] = field(default_factory=list)
    unreturned: list[str] = field(default_factory=list)
    not_graded: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    alike: int = 0

    @property
    def graded(self) -> int:
        return len(self.scores)

    @property
    def median(self) -> float | None:
        return median(self.scores) if self.scores else None


def rows(desk: Desk) -> list[Row]:
    """One for each assignment of the course, in its order."""
    everybody = [student.name for student in desk.grades.enrolled()]
    tasks, calendar = desk.grades.tasks(), desk.calendar
    by_assignment: dict[str, list[Graded]] = {}
    for one in desk.grades.graded():
        by_assignment.setdefault(one.assignment, []).append(one)
    reasons, index = work.not_graded(desk), open_index(desk.course)
    found = []
    for name in desk.course.assignment_names():
        graded = by_assignment.get(name, [])
        handed = {who: desk.folders.handed_in(name, who) for who in everybody}
        with_grade = {one.student for one in graded}
        returned = {who for who in with_grade if desk.folders.is_returned(name, who)}
        found.append(
            Row(
                name,
                desk.course.assignment(name).title,
                calendar.dates(name),
                sum(task.max_score for task in tasks.get(name, []))
                or sum(desk.course.assignment(name).points.values()),
                len(everybody),
                sum(desk.folders.has_begun(name, who) for who in everybody)
                if desk.folders.sees_homes()
                else None,
                sum(bool(one.attempts or one.new) for one in handed.values()),
                sum(one.to_read > 0 for one in graded),
                sum(one.to_read for one in graded),
                len(returned),
                [one.score for one in graded],
                [who for who, one in handed.items() if one.new],
                sorted(with_grade - returned),
                {
                    who: reason
                    for (which, who), reason in reasons.items()
                    if which == name and who in handed and handed[who].new
                },
                [one.student for one in index.latest(name) if one.for_instructor],
                len(compared.new) if (compared := kept.read(desk.course, name)) else 0,
            )
        )
    return found
