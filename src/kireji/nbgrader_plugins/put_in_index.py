"""Writes what is recorded into the index of reports as well. Grading never fails for it."""

import logging
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from kireji.course.layout import Course
from kireji.nbgrader_plugins.late_penalty import calendar_of, seconds_late
from kireji.report_index.writer import KeptReport


def put_in_index(
    config: Config, kept: KeptReport, log: logging.Logger | logging.LoggerAdapter | None = None
) -> None:
    """Write `kept` into the index of the course of `config`. What goes wrong is said in `log`."""
    from kireji.report_index.index import open_index

    try:
        open_index(Course(Path(CourseDirectory(config=config).root))).record(kept)
    except Exception as error:  # whatever is wrong with the index, the grade is recorded
        (log or logging.getLogger(__name__)).warning(
            "%s's %s is graded, but the index of reports could not be written (%s). Mend it with:"
            " ./kireji index",
            kept.student,
            kept.report.assignment,
            error,
        )


def late_by(config: Config, assignment: str, student: str, came: datetime) -> float:
    """How many seconds late an attempt is that `student` handed in at `came`."""
    course = CourseDirectory(config=config)
    with Gradebook(course.db_url, course.course_id) as book:
        return seconds_late(calendar_of(config), book, assignment, student, came)
