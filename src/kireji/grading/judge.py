"""Grades one submission: a function from its files to a report. Touches no gradebook and no state of its own."""

import time
from dataclasses import dataclass

from nbformat import NotebookNode

from kireji.sandbox.cells import CellsLost
from kireji.sandbox.limits import DEFAULT, Limits
from kireji.sandbox.sandbox import Sandbox

from .assignment import Assignment
from .hidden_tests import run_hidden_tests
from .intake import Submission
from .plugin import Grading
from .rebuild import rebuild
from .report import CellReport, Report, cell_score


@dataclass
class Judgement:
    """The report, and the notebook as it ran, with its outputs."""

    report: Report
    notebook: NotebookNode


def judge(submission: Submission, assignment: Assignment, secret: bytes, limits: Limits = DEFAULT,
          trusted: bool = False) -> Judgement:
    """Rebuild the notebook, run it in a sandbox, and let the hidden tests question it there.

    secret: the course's, from which the tests' inputs are drawn. trusted: run even where there is no wall.
    KirejiError if there is no wall, or if the assignment's own tests are broken.
    """
    started = time.monotonic()
    notebook, notices = rebuild(assignment, submission.notebook)
    notices = [*submission.notices, *notices]
    seconds: dict[str, float] = {}
    try:
        grading = _attempt(notebook, len(notebook.cells), submission, assignment, secret, limits, trusted, seconds)
    except CellsLost as lost:
        # What ran before keeps its score: the same notebook again, up to the cell that took the kernel with it.
        notices.append(f"The cell '{notebook.cells[lost.index].id}' was left out, and all after it: {lost}.")
        grading = _attempt(notebook, lost.index, submission, assignment, secret, limits, trusted, seconds)
    seconds["total"] = time.monotonic() - started
    report = _report(assignment, grading, notices, {name: round(value, 3) for name, value in seconds.items()})
    return Judgement(report, notebook)


def _attempt(notebook: NotebookNode, upto: int, submission: Submission, assignment: Assignment, secret: bytes,
             limits: Limits, trusted: bool, seconds: dict[str, float]) -> Grading:
    marks = [time.monotonic()]

    def mark(name: str) -> None:
        marks.append(time.monotonic())
        seconds[name] = seconds.get(name, 0.0) + marks[-1] - marks[-2]

    with Sandbox(submission.files, limits, trusted) as sandbox:
        mark("start")
        try:
            stopped = sandbox.run(notebook, upto)
        finally:
            mark("cells")
        grading = Grading(sandbox.connect(), secret, submission.digest())
        if stopped is not None:
            grading.notices.append(f"The time for running the notebook ran out in the cell "
                                   f"'{notebook.cells[stopped].id}'; the cells after it were not run.")
        if assignment.graders.is_dir():
            run_hidden_tests(assignment.graders, grading)
        mark("tests")
    return grading


def _report(assignment: Assignment, grading: Grading, notices: list[str], seconds: dict[str, float]) -> Report:
    cells = []
    for grade_id, points in assignment.points.items():
        tests = [test for owner, test in grading.reports.values() if owner == grade_id]
        manual = grade_id in assignment.manual
        if not tests and not manual:
            notices.append(f"The graded cell '{grade_id}' has no hidden tests.")
        cells.append(CellReport(grade_id, None if manual else cell_score(tests, points), points, tests))
    automatic = [cell for cell in cells if cell.score is not None]
    return Report(assignment.name, round(sum(cell.score for cell in automatic), 2),
                  sum(cell.max_score for cell in automatic), cells, notices + grading.notices, seconds)
