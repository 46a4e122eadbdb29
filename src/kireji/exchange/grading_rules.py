"""How one assignment's submissions are graded: what the calendar says, and for the rest what
nbgrader's configuration and the settings say."""

from pathlib import Path

from traitlets.config import Config

from kireji.course import calendar_store as store
from kireji.course import settings
from kireji.exchange.attempts import GradeOnSubmit


def rules_for(config: Config, course: Path, assignment: str) -> GradeOnSubmit:
    """The rules for `assignment` of the course directory `course`."""
    rules, said = GradeOnSubmit(config=config), store.read(course).of(assignment).grading
    rules.course_service = rules.course_service and settings.value("grade_on_submit")
    for mine, value in (
        ("course_service", said.on_arrival),
        ("release_feedback", said.feedback_at_once),
        ("attempts", said.attempts),
        ("hours", said.hours),
        ("counts", said.counts),
    ):
        if value is not None:
            setattr(rules, mine, value)
    return rules


def says_not_on_arrival(course: Path, assignment: str) -> bool:
    """Whether the calendar itself says that `assignment` waits for the instructor."""
    return store.read(course).of(assignment).grading.on_arrival is False
