"""How a report comes into nbgrader's gradebook, as the last of `autograde`'s preprocessors, and
whether it is there already."""

import json
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.preprocessors import SaveAutoGrades
from sqlalchemy.orm import joinedload
from traitlets.config import Config

from kireji.course.notebook_metadata import JUDGED_AS, REPORT
from kireji.nbgrader_plugins.calendar_in_gradebook import set_extension
from kireji.nbgrader_plugins.late_penalty import calendar_of, penalty, time_of
from kireji.nbgrader_plugins.put_in_index import late_by, put_in_index
from kireji.report_index.writer import KeptReport
from kireji.testing.report import Report


class OneTransaction(Gradebook):
    """The gradebook, in which all changes become visible together when its `with` block ends, or
    none does.

    The grades and comments of a submission are read at once and looked up by name.
    """

    def __enter__(self) -> "OneTransaction":
        self.commit, self.db.commit = self.db.commit, lambda: None
        # by table, notebook, assignment and student
        self._entries: dict[tuple[str, ...], dict[str, Any]] = {}
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            super().__exit__(kind, *rest)

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Grade:
        """As Gradebook has it."""
        return self._entry(Grade, grade_cell, notebook, assignment, student)

    def find_comment(
        self, solution_cell: str, notebook: str, assignment: str, student: str
    ) -> Comment:
        """As Gradebook has it."""
        return self._entry(Comment, solution_cell, notebook, assignment, student)

    def _entry(self, table: type[Grade] | type[Comment], cell: str, *where: str) -> Any:
        place = (table.__tablename__, *where)
        if place not in self._entries:
            self._entries[place] = entries(self, table, self.find_submission_notebook(*where))
        if cell not in self._entries[place]:
            raise MissingEntry(
                f"The gradebook has no {table.__tablename__} for the cell '{cell}' of {where}."
            )
        return self._entries[place][cell]


def entries(
    book: Gradebook, table: type[Grade] | type[Comment], notebook: SubmittedNotebook
) -> dict[str, Any]:
    """The rows of `table` (Grade or Comment) of a submitted notebook by the name of their cells,
    read at once."""
    rows = (
        book.db.query(table)
        .filter(table.notebook_id == notebook.id)
        .options(joinedload(table.cell))
    )
    return {row.cell.name: row for row in rows}


class RecordReport(SaveAutoGrades):
    """Writes the report's scores, and nothing from an output, into the gradebook.

    With them the penalty for being late, as AssignLatePenalties is configured: a kill leaves the
    old grade or the new one, never some cells of each.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Take the scores from the notebook's report."""
        report = Report.from_dict(nb.metadata[REPORT])
        self.scores = {cell.grade_id: cell.score for cell in report.cells}
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id, self.student_id = (
            names["notebook"],
            names["assignment"],
            names["student"],
        )
        with OneTransaction(names["db_url"]) as self.gradebook:
            for index, cell in enumerate(nb.cells):
                self.preprocess_cell(cell, resources, index)
            self.gradebook.db.flush()
            self.gradebook.db.expire_all()  # a sum read before is the old one
            notebook = self.gradebook.find_submission_notebook(
                self.notebook_id, self.assignment_id, self.student_id
            )
            notebook.late_submission_penalty = None
            set_extension(notebook.assignment, calendar_of(self.config))
            notebook.late_submission_penalty = penalty_of(self.config, self.gradebook, notebook)
            came = time_of(notebook.assignment)
        late = late_by(self.config, self.assignment_id, self.student_id, came) if came else 0.0
        put_in_index(
            self.config,
            KeptReport(report, self.student_id, came, late),
            self.log,
        )
        return nb, resources

    def _add_score(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._add_score(cell, resources)
        score = self.scores[cell.metadata.nbgrader.grade_id]
        if score is not None:
            grade = self.gradebook.find_grade(
                cell.metadata.nbgrader.grade_id,
                self.notebook_id,
                self.assignment_id,
                self.student_id,
            )
            grade.auto_score = score
            grade.needs_manual_grade = grade.manual_score is not None


def penalty_of(config: Config, book: Gradebook, notebook: SubmittedNotebook) -> float | None:
    """The `penalty` of what the gradebook has of a submission."""
    submission = notebook.assignment
    name, student = submission.assignment.name, submission.student.id
    return penalty(config, book, name, student, notebook.score, time_of(submission))


def is_recorded(book: Gradebook, config: Config, graded: Path, key: str) -> bool:
    """Whether recording the judgement `key` in COURSE/autograded/STUDENT/ASSIGNMENT again would
    change nothing.

    The notebook there was made from it, and `book` has its scores and the penalty of today's due
    date. False as well where that cannot be read: recording it says what is wrong.
    """
    name, student = graded.name, graded.parent.name
    try:
        metadata = json.loads((graded / f"{name}.ipynb").read_text())["metadata"]
        if metadata[JUDGED_AS] != key:
            return False
        notebook = book.find_submission_notebook(name, name, student)
        grades = entries(book, Grade, notebook)
        return notebook.late_submission_penalty == penalty_of(config, book, notebook) and all(
            grades[cell.grade_id].auto_score == cell.score
            for cell in Report.from_dict(metadata[REPORT]).cells
            if cell.score is not None
        )
    except (OSError, ValueError, KeyError, TypeError, MissingEntry):
        return False
