"""Where the best attempt counts: chooses it, just before it is graded."""

from datetime import UTC, datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from kireji.exchange.attempts import Attempts, collection_lock
from kireji.grading.submission import read_submission
from kireji.nbgrader_plugins.collect import FORMAT, TIMESTAMP
from kireji.nbgrader_plugins.configured import course_of
from kireji.nbgrader_plugins.late_penalty import penalty
from kireji.nbgrader_plugins.put_in_index import late_by, put_in_index
from kireji.nbgrader_plugins.replace_folder import put, settle
from kireji.report_index.writer import KeptReport
from kireji.testing.report import Report


def choose(config: Config, folder: Path) -> None:
    """Have COURSE/submitted/STUDENT/ASSIGNMENT hold the attempt with most points; of equals, the
    last.

    Points are what the gradebook would say: those of the hidden tests, what a person gave so far,
    less the penalty for being late. Attempts that were not judged yet are judged now.
    """
    # here: torch is needed when something is judged, not before
    from kireji.grading.cache import judge_or_recall

    name, student, root = folder.name, folder.parent.name, folder.parents[2]
    attempts, course = Attempts(root, student, name), course_of(config)
    with collection_lock(root):
        counted = [attempt for attempt in attempts.all() if attempt.counted]
        if not counted:
            return
        assignment, secret, trusted = (
            course.assignment(name),
            course.secret(),
            bool(config.JudgeSubmission.trust_submissions),
        )
        reports = {
            attempt: judge_or_recall(
                course,
                read_submission(attempt.path, name, assignment.file.files),
                assignment,
                secret,
                trusted,
            ).report
            for attempt in counted
        }
        points = {
            attempt: worth(config, student, report, attempt.came)
            for attempt, report in reports.items()
        }
        best = max(counted, key=lambda attempt: (points[attempt], attempt.came))
        attempts.weigh({attempt.path.name: points[attempt] for attempt in counted})
        for attempt, report in reports.items():
            if attempt != best:  # which is recorded when it is graded
                came = attempt.came.replace(tzinfo=UTC)
                late = late_by(config, name, student, came)
                put_in_index(config, KeptReport(report, student, came, late, counts=False))
        if (folder / TIMESTAMP).read_text().strip() != best.came.strftime(FORMAT):
            try:
                put(best, folder)
            finally:
                settle(folder)


def worth(config: Config, student: str, report: Report, came: datetime) -> float:
    """The points that `report` would have in the gradebook, had its submission come at `came`."""
    course, name = CourseDirectory(config=config), report.assignment
    given, extra = {}, 0.0
    with Gradebook(course.db_url, course.course_id) as book:
        try:
            grades = book.find_submission_notebook(name, name, student).grades
            given = {
                grade.name: grade.manual_score for grade in grades if grade.manual_score is not None
            }
            extra = sum(grade.extra_credit or 0.0 for grade in grades)
        except MissingEntry:  # graded for the first time
            pass
        total = extra + sum(given.get(cell.grade_id, cell.score or 0.0) for cell in report.cells)
        lost = penalty(config, book, name, student, total, came.replace(tzinfo=UTC))
        return round(total - (lost or 0.0), 4)
