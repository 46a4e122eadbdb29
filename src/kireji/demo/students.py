"""The sample students: what each of them makes of an assignment's notebook."""

import runpy
from collections.abc import Callable
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from kireji.course.assignment import Assignment
from kireji.demo.attacks import ATTACKS, FAKE
from kireji.errors import KirejiError


@dataclass(frozen=True)
class SampleStudent:
    """Somebody who hands in `answer(assignment, released notebook)`, and a trained checkpoint if
    they have one."""

    name: str
    description: str
    answer: Callable[[Assignment, NotebookNode], None]
    trained: bool = True


def solve(assignment: Assignment, notebook: NotebookNode) -> None:
    """Put the solution into every code answer."""
    solutions = {cell.id: cell.source for cell in assignment.source.cells}
    for cell in notebook.cells:
        if _is_answer(cell) and cell.cell_type == "code":
            cell.source = solutions[cell.id]
        elif _is_answer(cell):
            cell.source = (
                "The model drops the second clause; its attention stays on the first verb."
            )


def slip(assignment: Assignment, notebook: NotebookNode) -> None:
    """The solution with three typical mistakes, those of the assignment's own list."""
    solve(assignment, notebook)
    cells = {cell.id: cell for cell in notebook.cells}
    for cell_id, right, wrong in runpy.run_path(str(assignment.graders / "samples.py"))["MISTAKES"]:
        if right not in cells[cell_id].source:
            raise KirejiError(
                f"graders/{assignment.name}/samples.py expects {right!r} in the solution of"
                f" {cell_id}."
            )
        cells[cell_id].source = cells[cell_id].source.replace(right, wrong)


def leave(assignment: Assignment, notebook: NotebookNode) -> None:
    """Change nothing."""


def stumble(assignment: Assignment, notebook: NotebookNode) -> None:
    """The solution, in a notebook that has been through a lot: noise, lost and doubled cells,
    damaged metadata."""
    solve(assignment, notebook)
    answers = [cell for cell in notebook.cells if _is_answer(cell) and cell.cell_type == "code"]
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    answers[0].metadata, answers[0].id = {}, "a-new-name"  # as some editors leave them
    graded[0].metadata["nbgrader"]["points"] = 1000  # pressed a wrong button
    notebook.cells.remove(graded[1])  # and deleted a cell
    notebook.cells.insert(0, new_markdown_cell("My notes: remember to normalise!"))
    noise = (
        "import sys, warnings\nwarnings.warn('something is deprecated')\nprint('just a note',"
        " file=sys.stderr)\n%matplotlib inline\n!ls\nclass Helper:\n    pass\nHelper()"
    )
    position = notebook.cells.index(answers[1])
    notebook.cells.insert(position, new_code_cell(noise))
    notebook.cells.insert(position + 2, NotebookNode(answers[1], id="a-copy"))  # copied and pasted


def cheat(assignment: Assignment, notebook: NotebookNode) -> None:
    """Answers that compute nothing but claim to equal everything, and attacks on the grader."""
    for cell in notebook.cells:
        if _is_answer(cell) and cell.cell_type == "code":
            cell.source = cell.source.replace("raise NotImplementedError", "return ANYTHING")
    notebook.cells[0:0] = [new_code_cell(FAKE)]
    notebook.cells += [new_code_cell(attack) for attack in ATTACKS]


STUDENTS = (
    SampleStudent("ada", "the full solution, trained", solve),
    SampleStudent("ben", "three typical mistakes", slip),
    SampleStudent("cleo", "an untouched release", leave, trained=False),
    SampleStudent("dora", "right, in a battered notebook", stumble),
    SampleStudent("mallory", "wrong, with attacks on the grader", cheat, trained=False),
)


def _is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))
