"""The reports that a course keeps: in its graded notebooks, and of earlier attempts in the
judgement cache."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from kireji.course.calendar_store import read as read_calendar
from kireji.course.layout import Course
from kireji.course.notebook_metadata import REPORT
from kireji.exchange.attempts import Attempts
from kireji.report_index.writer import KeptReport
from kireji.testing.report import Report

TIME = "%Y-%m-%d %H:%M:%S.%f %Z"  # as nbgrader writes it into timestamp.txt


def kept_reports(
    course: Course, tell: Callable[[str], None] = lambda sentence: None
) -> Iterator[KeptReport]:
    """Every report that is kept of `course`; the one that counts of each student comes last.

    tell: gets a sentence for each that cannot be read"""
    for name in course.assignment_names():
        for folder in sorted(course.autograded.glob(f"*/{name}")):
            student = folder.parent.name
            graded = _graded(course, folder, tell)
            for earlier in _in_cache(course, name, student):
                if graded is None or earlier.came != graded.came:
                    yield earlier
            if graded:
                yield graded


def _graded(course: Course, folder: Path, tell: Callable[[str], None]) -> KeptReport | None:
    name, student = folder.name, folder.parent.name
    path = folder / f"{name}.ipynb"
    try:
        metadata = json.loads(path.read_text())["metadata"]
        report = Report.from_dict(metadata[REPORT])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        tell(f"{path.relative_to(course.root)} has no report that can be read: grade it again.")
        return None
    came = _time(folder / "timestamp.txt")
    late = _late(course, name, student, came)
    return KeptReport(report, student, came, late)


def _in_cache(course: Course, name: str, student: str) -> Iterator[KeptReport]:
    """Reports of attempts that were judged by the graders of today."""
    # here: torch takes a second to import
    from kireji.grading.cache import key_of, recall
    from kireji.grading.submission import read_submission

    for attempt in Attempts(course.root, student, name).all():
        assignment = course.assignment(name)
        submission = read_submission(attempt.path, name, assignment.file.files)
        judgement = recall(course, key_of(course, submission, assignment, course.secret()))
        if judgement is not None:
            came = attempt.came.replace(tzinfo=UTC)
            late = _late(course, name, student, came)
            yield KeptReport(judgement.report, student, came, late, counts=False)


def _time(path: Path) -> datetime | None:
    try:
        return datetime.strptime(path.read_text().strip(), TIME).replace(tzinfo=UTC)
    except (OSError, ValueError):
        return None


def _late(course: Course, name: str, student: str, came: datetime | None) -> float:
    """By the calendar's due date."""
    calendar = read_calendar(course.root)
    if came is None or calendar.dates(name, student).due is None:
        return 0.0
    return calendar.all_lateness(student, {name: came})[name].by.total_seconds()
