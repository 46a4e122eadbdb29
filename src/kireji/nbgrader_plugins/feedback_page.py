"""The two places where nbgrader's pages meet ours: the feedback page and the formgrader's page of a
submission."""

import re
from dataclasses import replace
from pathlib import Path

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades
from nbgrader.utils import is_task
from traitlets import Bool
from traitlets.config import Config

from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.exchange.attempt_status import sentences
from kireji.exchange.attempts import Attempts, now
from kireji.exchange.grading_rules import rules_for
from kireji.feedback import page, view
from kireji.feedback.report import lines_of
from kireji.feedback.written import RenderBudget, markdown_to_html
from kireji.nbgrader_plugins.configured import course_of
from kireji.nbgrader_plugins.folder_transaction import is_unfinished
from kireji.nbgrader_plugins.late_penalty import calendar_of, lateness, time_of
from kireji.sanitise.outputs import sanitise_notebook
from kireji.testing.report import report_in

# A lesson's own prose is longer than a student's answer may be.
MAX_PROSE_CHARACTERS = 60_000
MARKS = ("grade", "solution", "task", "points", "schema_version")
UNSAFE_NAME = re.compile(r"[^\w-]", re.ASCII)


class FeedbackPage(GetGrades):
    """Gathers the gradebook's scores and comments, and leaves the finished page in
    resources["kireji"]."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        self._grades: dict[str, view.Grade] = {}
        self._comments: dict[str, str] = {}
        nb, resources = super().preprocess(nb, resources)
        names = resources["nbgrader"]
        course = CourseDirectory(config=self.config)
        graded = Path(
            course.format_path(course.autograded_directory, names["student"], names["assignment"])
        )
        if is_unfinished(graded):
            raise KirejiError(
                f"The grading of {names['student']}'s {names['assignment']} was cut short."
                " Autograde it again."
            )
        gradebook = view.Gradebook(
            names["score"], names["max_score"], names["late_penalty"], self._grades, self._comments
        )
        built = view.build(
            nb,
            gradebook,
            title=names["notebook"],
            student=names["student"],
            titles=_titles(course_of(self.config), names["notebook"]),
        )
        attempts = Attempts(Path(course.root), names["student"], names["assignment"])
        told = sentences(
            attempts,
            rules_for(self.config, Path(course.root), names["assignment"]),
            course.get_existing_timestamp(str(graded)),
            now(),
        )
        with Gradebook(names["db_url"]) as book:
            late = how_late(
                self.config, book, names["assignment"], names["student"], names["late_penalty"]
            )
        resources["kireji"] = {"page": page.render_page(replace(built, attempts=told, late=late))}
        return nb, resources

    def _get_comment(self, cell: NotebookNode, resources: dict) -> None:
        super()._get_comment(cell, resources)
        marks = cell.metadata["nbgrader"]
        if marks["comment"]:
            self._comments[marks["grade_id"]] = marks["comment"]

    def _get_score(self, cell: NotebookNode, resources: dict) -> None:
        name = cell.metadata["nbgrader"]["grade_id"]
        grade = self.gradebook.find_grade(
            name, self.notebook_id, self.assignment_id, self.student_id
        )
        self._grades[name] = view.Grade(
            grade.score,
            grade.max_score,
            bool(grade.needs_manual_grade),
            grade.auto_score,
            grade.manual_score,
            grade.extra_credit or 0.0,
        )


def _titles(course: Course, assignment: str) -> dict[str, str]:
    """What the course's own notebook calls the tasks; nothing where it is there no more."""
    return course.assignment(assignment).titles if assignment in course.assignment_names() else {}


def how_late(
    config: Config, book: Gradebook, assignment: str, student: str, taken: float | None
) -> str:
    """How late the submission was handed in, by which rule, and what was `taken` off; "" if in
    time."""
    calendar = calendar_of(config)
    came = time_of(book.find_submission(assignment, student))
    found = lateness(calendar, book, assignment, student, came)
    return found.sentence(calendar.zone, taken or 0.0) if found else ""


class FormgradePage(Preprocessor):
    """Makes a submission harmless for nbgrader's own grading page, and adds the hidden tests'
    lines.

    The template shows the HTML made here and never turns markdown of a notebook into HTML itself;
    were this step left out, it would show nothing."""

    enabled = Bool(True).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        report = report_in(nb)
        reported = {cell.grade_id: cell for cell in report.cells} if report else {}
        sanitise_notebook(nb)
        budget = RenderBudget()
        for number, cell in enumerate(nb.cells):
            marks = cell.metadata.get("nbgrader", {})
            kept = {name: marks[name] for name in MARKS if name in marks}
            name = UNSAFE_NAME.sub("_", str(marks.get("grade_id", "")))
            cell["metadata"] = (
                NotebookNode(nbgrader=NotebookNode(**kept, grade_id=name))
                if marks
                else NotebookNode()
            )
            cell["id"] = f"cell-{number}"
            cell.metadata["kireji"] = NotebookNode(lines="")
            for output in cell.get("outputs", []):
                if "image/png" in output.get("data", {}):
                    output.metadata["image/png"] = {"alt": "A figure of the submission"}
            if cell.cell_type == "markdown":
                cell.metadata.kireji["html"] = markdown_to_html(
                    cell.source,
                    MAX_PROSE_CHARACTERS,
                    headings=True,
                    pictures=cell.pop("attachments", None),
                    budget=budget,
                )
            if kept.get("grade") or is_task(cell):
                lines = lines_of(reported.get(name), float(kept.get("points", 0)))
                cell.metadata.kireji["lines"] = page.render_lines(lines)
        nb["metadata"] = NotebookNode(language_info=nb.metadata.language_info)
        notices = list(report.notices) if report else []
        resources["kireji"] = {
            "style": page.lines_style(),
            "notices": page.render_notices(self._late(resources) + notices),
        }
        return nb, resources

    def _late(self, resources: dict) -> list[str]:
        """nbgrader's page names the submission by its number in the gradebook."""
        if "submission_id" not in resources:
            return []
        course = CourseDirectory(config=self.config)
        with Gradebook(course.db_url, course.course_id) as book:
            notebook = book.find_submission_notebook_by_id(resources["submission_id"])
            submission = notebook.assignment
            late = how_late(
                self.config,
                book,
                submission.assignment.name,
                submission.student.id,
                notebook.late_submission_penalty,
            )
        return [late] if late else []
