"""Readings in nbgrader's gradebook: manual scores and comments, as the formgrader writes them."""

from collections.abc import Callable

from nbgrader.api import MissingEntry
from traitlets.config import Config

from kireji.nbgrader_plugins import gradebook
from kireji.nbgrader_plugins.record_report import OneTransaction, penalty_of


class WrittenGrades:
    """The gradebook at nbgrader's `db_url`, to write what a person gave for written answers.

    config: of nbgrader, for the penalty of late work   tell: is called when another program has to
    be waited for"""

    def __init__(
        self, db_url: str, config: Config, tell: Callable[[str], None] = lambda sentence: None
    ) -> None:
        self.db_url, self.config, self.tell = db_url, config, tell

    def write(
        self, assignment: str, cell: str, student: str, score: float | None, comment: str
    ) -> bool:
        """Give `score` (None: not read any more) and `comment` in one step; False if the gradebook
        has no such answer. GradebookError if the gradebook is in use for too long."""
        if file := gradebook.file_of(self.db_url):
            gradebook.wait_until_free(file, self.tell)
        where = (assignment, assignment, student)
        with OneTransaction(self.db_url) as book:
            try:
                grade = book.find_grade(cell, *where)
                said = book.find_comment(cell, *where)
            except MissingEntry:
                return False
            grade.manual_score = score
            grade.needs_manual_grade = score is None
            said.manual_comment = comment or None
            book.db.flush()
            book.db.expire_all()  # a sum read before is the old one
            notebook = book.find_submission_notebook(*where)
            notebook.late_submission_penalty = None
            notebook.late_submission_penalty = penalty_of(self.config, book, notebook)
        return True
