"""A student's written answer, made safe to be shown, from the graded notebook."""

import hashlib
import json
from dataclasses import dataclass

import nbformat
from markupsafe import Markup

from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.feedback import view


@dataclass(frozen=True)
class Answer:
    """html: the answer   outputs: pictures that the student drew for it (PNG, base64)
    digest: the same as long as the answer's text is   is_empty: nothing was written"""

    student: str
    html: Markup
    outputs: list[str]
    digest: str
    is_empty: bool


def answer_of(course: Course, assignment: str, cell: str, student: str) -> Answer:
    """What `student` wrote for the question `cell`, as the feedback page shows it. KirejiError if
    it is not graded, or has no such question."""
    path = course.autograded / student / assignment / f"{assignment}.ipynb"
    try:
        notebook = nbformat.from_dict(json.loads(path.read_text()))
        text = next(
            one.source
            for one in notebook.cells
            if one.metadata.get("nbgrader", {}).get("grade_id") == cell
        )
    except (OSError, ValueError, StopIteration):
        raise KirejiError(
            f"{student}'s answer to {cell} of {assignment} is not there: grade the submission"
            " first."
        ) from None
    most = course.assignment(assignment).points.get(cell, 0.0)
    page = view.build(
        notebook,
        view.Gradebook(0.0, most, grades={cell: view.Grade(0.0, most, waiting=True)}),
        title=assignment,
        student=student,
    )
    (task,) = [task for task in page.tasks if task.grade_id == cell]
    pictures = [
        output["data"]["image/png"]
        for output in task.outputs
        if "image/png" in output.get("data", {})
    ]
    return Answer(
        student,
        Markup("").join(task.answers),
        pictures,
        hashlib.sha256(text.encode()).hexdigest(),
        not text.strip() and not pictures,
    )
