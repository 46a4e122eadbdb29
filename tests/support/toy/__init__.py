"""A toy assignment, small enough to see through: its hidden tests are in this folder, and the
real engine runs them.

A conftest.py that imports `toy` and `submit` has them as fixtures.
"""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from kireji.course.assignment import Assignment

SOLUTION = {
    "double_solution": "def double(x):\n    return 2 * x",
    "share_solution": "def share():\n    return 20.0",
}


def marked(cell: NotebookNode, **mark: object) -> NotebookNode:
    """`cell` with nbgrader's metadata, named after its grade_id."""
    mark = {
        "schema_version": 3,
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
    } | mark
    cell.id, cell.metadata = mark["grade_id"], {"nbgrader": mark}
    return cell


def stub(name: str, code: str) -> str:
    head, body = code.split("\n", 1)
    return f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"


def make_toy() -> Assignment:
    """Two graded functions and a written question, worth 4 + 2 + 3 points."""
    cells = [marked(new_code_cell("import math"), grade_id="imports", locked=True)]
    for name, points in (("double", 4), ("share", 2)):
        code = SOLUTION[f"{name}_solution"]
        cells.append(
            marked(new_code_cell(stub(name, code)), grade_id=f"{name}_solution", solution=True)
        )
        cells.append(
            marked(
                new_code_cell("# graded here"),
                grade_id=name,
                grade=True,
                locked=True,
                points=points,
            )
        )
    question = new_markdown_cell("### BEGIN MARK SCHEME\nsecret\n### END MARK SCHEME\nYour answer")
    cells.append(marked(question, grade_id="essay", grade=True, solution=True, points=3))
    return Assignment("toy", new_notebook(cells=cells), Path(__file__).parent)


@pytest.fixture(scope="session")
def toy() -> Assignment:
    """The toy assignment."""
    return make_toy()


@pytest.fixture(scope="session")
def submit(toy: Assignment) -> Callable[..., bytes]:
    """Make a submitted notebook: `submit(double_solution="def double...")`; what is not given is
    the solution."""

    def submit(**answers: str) -> bytes:
        notebook = toy.skeleton()
        for cell in notebook.cells:
            cell.source = (SOLUTION | answers).get(cell.id, cell.source)
        return nbformat.writes(notebook).encode()

    return submit
