"""An assignment as its source notebook defines it: the graded cells with their points, and what
students start from."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions
from nbgrader.utils import compute_checksum

from kireji.course.assignment_file import FILE, AssignmentFile, read_assignment_file
from kireji.errors import KirejiError

DECORATION = str.maketrans("", "", "*`$\\")  # of markdown and LaTeX, in headings


@dataclass(frozen=True)
class Assignment:
    """One of the course's assignments: its name, its notebook with solutions, the folder of its
    hidden tests, and what its assignment.toml says."""

    name: str
    source: NotebookNode
    graders: Path
    file: AssignmentFile = AssignmentFile()

    @property
    def title(self) -> str:
        """What it is called: as assignment.toml has it, else its notebook's first heading, else its
        name."""
        text = "\n".join(cell.source for cell in self.source.cells if cell.cell_type == "markdown")
        heading = re.search(r"^#[ \t]+(.+)$", text, re.MULTILINE)
        return self.file.title or (
            heading[1].translate(DECORATION).strip() if heading else self.name
        )

    @property
    def points(self) -> dict[str, float]:
        """The maximum of every graded cell by grade_id, written questions included, in the
        notebook's order."""
        return {
            mark["grade_id"]: float(mark["points"]) for mark in self._marks() if mark.get("grade")
        }

    @property
    def manual(self) -> set[str]:
        """The graded cells that a person has to read."""
        return {
            mark["grade_id"] for mark in self._marks() if mark.get("grade") and mark.get("solution")
        }

    @property
    def titles(self) -> dict[str, str]:
        """What every graded cell is called by grade_id: the last second-level heading before it,
        without its marks.

        Cells under one heading share its title; a cell before any heading has none."""
        titles: dict[str, str] = {}
        heading = ""
        for cell in self.source.cells:
            mark = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "markdown" and not mark.get("solution"):
                for found in re.findall(r"^##[ \t]+(.+)$", cell.source, re.MULTILINE):
                    heading = found.translate(DECORATION).strip()
            if mark.get("grade") and heading:
                titles[mark["grade_id"]] = heading
        return titles

    def skeleton(self) -> NotebookNode:
        """A fresh copy of what students start from: no solutions, no marking schemes, with
        nbgrader's checksums."""
        notebook: NotebookNode = nbformat.from_dict(self.source)
        resources = ResourcesDict()
        for step in (ClearSolutions(), ClearHiddenTests(), ClearMarkScheme()):
            notebook, resources = step.preprocess(notebook, resources)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            if "nbgrader" in cell.metadata:
                cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
        return notebook

    def _marks(self) -> list[NotebookNode]:
        return [cell.metadata.nbgrader for cell in self.source.cells if "nbgrader" in cell.metadata]


def names(source: Path, graders: Path) -> list[str]:
    """The assignments there are, in the order of their assignment.toml."""
    found = [
        folder.name for folder in source.iterdir() if (folder / f"{folder.name}.ipynb").is_file()
    ]
    return sorted(found, key=lambda name: (assignment_file(graders, name).order, name))


def assignment_file(graders: Path, name: str) -> AssignmentFile:
    """What the assignment.toml of `name` says; the defaults if there is no such file."""
    path = graders / name / FILE
    return _read_file(path.parent, path.stat().st_mtime_ns if path.is_file() else 0)


def load(source: Path, graders: Path, name: str) -> Assignment:
    """The assignment `name`; KirejiError lists those there are."""
    path = source / name / f"{name}.ipynb"
    if not path.is_file():
        raise KirejiError(
            f"There is no assignment '{name}'. Those there are: "
            f"{', '.join(names(source, graders))}."
        )
    notebook = _read_notebook(path, path.stat().st_mtime_ns)
    return Assignment(name, notebook, graders / name, assignment_file(graders, name))


@functools.cache
def _read_notebook(path: Path, changed: int) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    return notebook


@functools.cache
def _read_file(graders: Path, changed: int) -> AssignmentFile:
    return read_assignment_file(graders)
