"""Cells that are added to or removed from an assignment in source/ while it has submissions.

nbgrader refuses both. An added cell needs only its rows in the gradebook, for the assignment and
for each submission. A removed one takes grades along, so it is refused, for its assignment alone.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, Notebook
from nbgrader.preprocessors import NbGraderPreprocessor

from kireji.errors import KirejiError

ADDED = (
    "{assignment} has submissions, and source/ has new cells: {names}. They were added to the"
    " gradebook, and to each submission without points. To give points for them, grade the"
    " submissions again: ./kireji grade {assignment} --again"
)
REMOVED = (
    "{assignment} has submissions with entries for cells that source/ no longer has: {names}."
    " Students keep the notebook that was released, and grading goes on. To change {assignment},"
    " put these cells back. A cell that should not count any more can have 0 points."
)


@dataclass(frozen=True)
class Cells:
    """The names of an assignment's cells, as the gradebook sorts them."""

    grade: set[str]
    solution: set[str]
    task: set[str]
    source: set[str]

    def without(self, other: "Cells") -> set[str]:
        """The names that `other` does not have."""
        kinds = [kind.name for kind in fields(self)]
        return {name for kind in kinds for name in getattr(self, kind) - getattr(other, kind)}


def cells_of(nb: NotebookNode) -> Cells:
    """What SaveCells would enter."""

    def names(belongs) -> set[str]:
        return {cell.metadata.nbgrader["grade_id"] for cell in nb.cells if belongs(cell)}

    return Cells(
        names(utils.is_grade),
        names(utils.is_solution),
        names(utils.is_task),
        names(
            lambda cell: utils.is_grade(cell) or utils.is_solution(cell) or utils.is_locked(cell)
        ),
    )


def cells_recorded(notebook: Notebook) -> Cells:
    """What the gradebook has."""
    kinds = (notebook.grade_cells, notebook.solution_cells, notebook.task_cells)
    return Cells(*({cell.name for cell in cells} for cells in (*kinds, notebook.source_cells)))


def note_of_new_cells(db_url: str, assignment: str, source: Path) -> str | None:
    """What to say of cells that are new in the folder `source`, if there are submissions without
    them. KirejiError, which says how to go on, if cells are gone for which there are grades."""
    new: set[str] = set()
    with Gradebook(db_url) as book:
        for path in sorted(source.glob("*.ipynb")):
            if notebook := _with_submissions(book, path.stem, assignment):
                recorded, nb = cells_recorded(notebook), nbformat.read(path, as_version=4)
                _refuse(recorded, nb, assignment)
                new |= cells_of(nb).without(recorded)
    return ADDED.format(assignment=assignment, names=", ".join(sorted(new))) if new else None


class AddNewCells(NbGraderPreprocessor):
    """Before nbgrader's SaveCells: enters what is new, so that SaveCells finds no cell too many."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """The notebook as it is. KirejiError if cells were removed."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as book:
            notebook = _with_submissions(book, names["notebook"], names["assignment"])
            if notebook:
                recorded = cells_recorded(notebook)
                _refuse(recorded, nb, names["assignment"])
                if cells_of(nb).without(recorded):
                    _add(book, notebook, nb, recorded)
        return nb, resources


def _with_submissions(book: Gradebook, name: str, assignment: str) -> Notebook | None:
    try:
        notebook = book.find_notebook(name, assignment)
    except MissingEntry:
        return None
    return notebook if notebook.submissions else None


def _refuse(recorded: Cells, nb: NotebookNode, assignment: str) -> None:
    if lost := recorded.without(cells_of(nb)):
        raise KirejiError(REMOVED.format(assignment=assignment, names=", ".join(sorted(lost))))


def _add(book: Gradebook, notebook: Notebook, nb: NotebookNode, recorded: Cells) -> None:
    """Enter the new cells, all of them or none."""
    found, place = cells_of(nb), (notebook.name, notebook.assignment.name)
    commit, book.db.commit = book.db.commit, book.db.flush
    try:
        for cell in nb.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            kind = {"cell_type": cell.cell_type}
            points = {"max_score": float(cell.metadata.get("nbgrader", {}).get("points") or 0)}
            if name in found.source - recorded.source:
                book.add_source_cell(name, *place, **kind)
            if name in found.grade - recorded.grade:
                added = book.add_grade_cell(name, *place, **points, **kind)
                _rows(book, notebook, added.id, Grade)
            if name in found.solution - recorded.solution:
                added = book.add_solution_cell(name, *place)
                _rows(book, notebook, added.id, Comment)
            if name in found.task - recorded.task:
                added = book.add_task_cell(name, *place, **points, **kind)
                _rows(book, notebook, added.id, Grade, Comment)
    finally:
        book.db.commit = commit
    commit()


def _rows(book: Gradebook, notebook: Notebook, cell: str, *tables: type) -> None:
    for submission in notebook.submissions:
        for table in tables:
            book.db.add(table(cell_id=cell, notebook=submission))
