"""A class of made-up students, each of whom hands in something else: what the grading benchmark
grades."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from kireji.course.assignment import Assignment
from kireji.course.layout import find_course
from kireji.demo.checkpoint import trained_checkpoints
from kireji.demo.students import leave, slip, solve

TIME = "2026-01-01 00:00:00.000000 UTC"
SLOW = "import time\nuntil = time.process_time() + 5\nwhile time.process_time() < until: pass"
CRASH = "import os\nos._exit(1)"


@dataclass(frozen=True)
class Kind:
    """A way to hand in: `extra` code stands after the middle of the notebook."""

    name: str
    answer: object
    trained: bool = True
    extra: str = ""


# Ten students in a row are: four who solved it, three who made typical mistakes, and one of each of
# the rest.
FULL, PARTLY = Kind("full", solve), Kind("partly right", slip)
UNTOUCHED, SLOWLY, CRASHING = (
    Kind("untouched", leave, trained=False),
    Kind("slow", solve, extra=SLOW),
    Kind("crashing", slip, extra=CRASH),
)
MIXTURE = (FULL, PARTLY, UNTOUCHED, SLOWLY, CRASHING, FULL, PARTLY, FULL, PARTLY, FULL)


def hand_in(
    course: Path, assignment: Assignment, students: int, mixture: Sequence[Kind] = MIXTURE
) -> list[tuple[str, str, str]]:
    """Fill COURSE/submitted; returns (assignment, student, kind) of each. No two submissions have
    the same content."""
    made = []
    for number in range(students):
        kind, student = mixture[number % len(mixture)], f"student{number:04}"
        folder = course / "submitted" / student / assignment.name
        folder.mkdir(parents=True)
        notebook = assignment.skeleton()
        kind.answer(assignment, notebook)
        notebook.cells.insert(0, new_code_cell(f"# {student}", id="signature"))
        if kind.extra:
            notebook.cells.insert(len(notebook.cells) // 2, new_code_cell(kind.extra, id="extra"))
        nbformat.write(notebook, folder / f"{assignment.name}.ipynb")
        (folder / "timestamp.txt").write_text(TIME)
        for checkpoint in (
            trained_checkpoints(find_course(), assignment).iterdir() if kind.trained else ()
        ):
            (folder / checkpoint.name).write_bytes(checkpoint.read_bytes())
        made.append((assignment.name, student, kind.name))
    return made
