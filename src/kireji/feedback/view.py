"""What the feedback page shows, as plain data: a graded notebook, its report and the gradebook's
numbers go in.

The gradebook is the authority for every total. The report (see kireji.testing.report) says how the
points of an automatic task came about; without one the page still shows the gradebook's scores."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from markupsafe import Markup
from nbformat import NotebookNode

from kireji.course.notebook_metadata import CELL, EXTRA
from kireji.feedback.code import highlight
from kireji.feedback.report import Line, lines_of
from kireji.feedback.written import RenderBudget, markdown_to_html
from kireji.sanitise.outputs import Allowance, clean_text, sanitise_attachments, sanitise_outputs
from kireji.testing.report import report_in


@dataclass(frozen=True)
class Grade:
    """The gradebook's entry for one graded cell."""

    score: float
    max_score: float
    waiting: bool = False  # for a person to grade it
    auto_score: float | None = None
    manual_score: float | None = None
    extra_credit: float = 0.0


@dataclass(frozen=True)
class Gradebook:
    """The gradebook's entries for one notebook of one student."""

    score: float  # after the late penalty
    max_score: float
    late_penalty: float = 0.0
    grades: Mapping[str, Grade] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PageTask:
    """One graded cell and the student's work that leads up to it."""

    grade_id: str
    title: str
    grade: Grade
    written: bool
    lines: list[Line]
    code: list[Markup]
    answers: list[Markup]
    outputs: list[NotebookNode]
    comments: list[Markup]

    @property
    def fraction(self) -> float:
        """How much of the bar is filled, 0 to 1."""
        return (
            min(max(self.grade.score / self.grade.max_score, 0.0), 1.0)
            if self.grade.max_score > 0
            else 0.0
        )

    @property
    def state(self) -> str:
        """waiting, full, partly or none: what the task's mark looks like."""
        if self.grade.waiting:
            return "waiting"
        if self.grade.score >= self.grade.max_score - 1e-9:
            return "full"
        return "partly" if self.grade.score > 0 else "none"

    @property
    def adjusted(self) -> bool:
        """An instructor gave another score than the hidden tests."""
        auto, manual = self.grade.auto_score, self.grade.manual_score
        return (
            not self.written
            and auto is not None
            and manual is not None
            and abs(auto - manual) > 1e-9
        )

    @property
    def missing(self) -> float:
        """Points still to be had by the student's own work."""
        return 0.0 if self.grade.waiting else max(0.0, self.grade.max_score - self.grade.score)

    @property
    def figures(self) -> int:
        return sum("image/png" in output.get("data", {}) for output in self.outputs)


@dataclass(frozen=True)
class Page:
    title: str
    student: str
    gradebook: Gradebook
    tasks: list[PageTask]
    notices: list[str]
    reported: bool  # there is a report of the hidden tests
    # sentences on them, where they are graded at once
    attempts: list[str] = field(default_factory=list)
    late: str = ""  # a sentence on how late it was handed in

    @property
    def waiting(self) -> float:
        """Points that wait for a person."""
        return sum(task.grade.max_score for task in self.tasks if task.grade.waiting)

    @property
    def reached(self) -> float:
        """The share of all points that is reached, 0 to 1."""
        return self._share(self.gradebook.score)

    @property
    def open(self) -> float:
        """The share of all points that waits for a person, 0 to 1."""
        return self._share(self.waiting)

    @property
    def to_gain(self) -> list[PageTask]:
        """The tasks with the most points missing, first the largest."""
        return sorted(
            (task for task in self.tasks if task.missing > 0.005), key=lambda task: -task.missing
        )

    def _share(self, points: float) -> float:
        return (
            min(max(points / self.gradebook.max_score, 0.0), 1.0)
            if self.gradebook.max_score > 0
            else 0.0
        )


def build(
    nb: NotebookNode,
    gradebook: Gradebook,
    title: str,
    student: str,
    titles: Mapping[str, str] | None = None,
) -> Page:
    """The page for one graded notebook. Nothing in `nb` is trusted to be safe, only to be well
    formed.

    titles: of the tasks by grade_id, as the course's own notebook calls them; a task without one is
    called by its grade_id."""
    report = report_in(nb)
    cells_reported = {cell.grade_id: cell for cell in report.cells} if report else {}
    allowance, budget = Allowance(), RenderBudget()
    tasks = []
    for graded, cells in _sections(nb):
        grade_id = graded.metadata.nbgrader["grade_id"]
        if grade_id not in gradebook.grades:
            continue
        marks = graded.metadata.nbgrader
        grade = gradebook.grades[grade_id]
        written = bool(marks.get("solution") or marks.get("task"))
        tasks.append(
            PageTask(
                grade_id=grade_id,
                title=(titles or {}).get(grade_id) or _title(grade_id),
                grade=grade,
                written=written,
                lines=lines_of(cells_reported.get(grade_id), grade.max_score),
                code=[highlight(source) for source in _code(cells)],
                answers=[
                    Markup(
                        markdown_to_html(
                            cell.source,
                            pictures=sanitise_attachments(cell.get("attachments"), allowance),
                            budget=budget,
                        )
                    )
                    for cell in cells
                    if cell.cell_type == "markdown" and _is_answer(cell)
                ],
                # What a locked graded cell puts out may quote a test; it is no figure of the
                # student's.
                outputs=[
                    output
                    for cell in cells
                    if cell.cell_type == "code" and (cell is not graded or written)
                    for output in sanitise_outputs(cell.get("outputs"), allowance)
                ],
                comments=[
                    Markup(markdown_to_html(gradebook.comments[name], budget=budget))
                    for name in _names(cells)
                    if gradebook.comments.get(name)
                ],
            )
        )
    return Page(
        title=_heading(nb) or _title(title),
        student=student,
        gradebook=gradebook,
        tasks=tasks,
        notices=[
            *(clean_text(notice, 1000) for notice in (report.for_student if report else ())),
            *allowance.notices,
        ],
        reported=bool(cells_reported),
    )


def code_of(nb: NotebookNode, grade_id: str) -> list[str]:
    """The student's code for the task `grade_id`, a text a cell, as it was written."""
    for graded, cells in _sections(nb):
        if graded.metadata.nbgrader["grade_id"] == grade_id:
            return _code(cells)
    return []


def _code(cells: list[NotebookNode]) -> list[str]:
    return [cell.source for cell in cells if cell.cell_type == "code" and _is_answer(cell)]


def _sections(nb: NotebookNode) -> Iterator[tuple[NotebookNode, list[NotebookNode]]]:
    """Each graded cell with all cells since the graded cell before, itself included."""
    cells: list[NotebookNode] = []
    for cell in nb.cells:
        cells.append(cell)
        marks = cell.metadata.get("nbgrader", {})
        if (marks.get("grade") or marks.get("task")) and marks.get("grade_id"):
            yield cell, cells
            cells = []


def _is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _names(cells: list[NotebookNode]) -> list[str]:
    return [name for cell in cells if (name := cell.metadata.get("nbgrader", {}).get("grade_id"))]


def _title(name: str) -> str:
    """padding_mask -> Padding mask."""
    words = clean_text(name, 80).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _heading(nb: NotebookNode) -> str:
    """The assignment's own title: its first first-level heading, if it opens with one."""
    # an extra cell is the student's
    own = [cell for cell in nb.cells if cell.metadata.get(CELL) != EXTRA]
    for cell in own[:3]:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return clean_text(line[2:].strip(" #*`"), 100)
    return ""
