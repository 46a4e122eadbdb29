"""What being late costs: the calendar's rule, by way of nbgrader's late submission plugin."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from kireji.course import calendar_store as store
from kireji.course.calendar import Calendar, Lateness


class CalendarLatePenalty(LateSubmissionPlugin):
    """The calendar's late policy; where it has none, what nbgrader's own plugin is set to do.

    Its parent is an AssignLatePenalties, which knows the submission."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """What `score` loses; None for nothing."""
        parent = self.parent
        came = getattr(parent, "came", None) or time_of(
            parent.gradebook.find_submission(parent.assignment_id, student_id)
        )
        calendar = calendar_of(parent.config)
        found = lateness(calendar, parent.gradebook, parent.assignment_id, student_id, came)
        if found is None or not found.policy.amount:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        return found.cost(score) or None


def calendar_of(config: Config) -> Calendar:
    """The calendar of the course of `config`."""
    return store.read(Path(CourseDirectory(config=config).root))


def time_of(submission: SubmittedAssignment) -> datetime | None:
    """When it was handed in, as the gradebook has it."""
    return submission.timestamp.replace(tzinfo=UTC) if submission.timestamp else None


def lateness(
    calendar: Calendar, book: Gradebook, assignment: str, student: str, came: datetime | None
) -> Lateness | None:
    """How late what `student` handed in at `came` is, with the late days that other submissions in
    the gradebook took; None where the calendar has no due date."""
    if came is None or calendar.dates(assignment, student).due is None:
        return None
    times = {}
    with suppress(MissingEntry):  # of who has handed in nothing before
        times = {
            one.assignment.name: time_of(one) for one in book.find_student(student).submissions
        }
    others = {name: time for name, time in times.items() if time and name != assignment}
    return calendar.all_lateness(student, others | {assignment: came})[assignment]


def seconds_late(
    calendar: Calendar, book: Gradebook, assignment: str, student: str, came: datetime
) -> float:
    """By the calendar's due date, grace period included, or else by nbgrader's."""
    found = lateness(calendar, book, assignment, student, came)
    if found is not None:
        return found.by.total_seconds()
    try:
        due = book.find_submission(assignment, student).duedate
    except MissingEntry:  # graded for the first time
        due = book.find_assignment(assignment).duedate
    return max(0.0, (came - due.replace(tzinfo=UTC)).total_seconds()) if due else 0.0


def penalty(
    config: Config,
    book: Gradebook,
    assignment: str,
    student: str,
    points: float,
    came: datetime | None,
) -> float | None:
    """What `points` lose for what `student` handed in at `came`, by the plugin of
    AssignLatePenalties in `config`; None where that is nothing to be recorded."""
    if came is None:
        return None
    late = seconds_late(calendar_of(config), book, assignment, student, came)
    if late <= 0:
        return None
    applied = AssignLatePenalties(config=config)
    applied.gradebook, applied.came, applied.assignment_id = book, came, assignment
    applied.init_plugin()
    lost = applied.plugin_inst.late_submission_penalty(student, points, late)
    return None if lost is None else min(max(lost, 0.0), points)
