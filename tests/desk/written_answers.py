"""Written answers of a small class: its toy assignment's question, handed in and graded."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from kireji.reading import Readings, code_of
from kireji.report_index import open_index
from kireji.report_index.writer import KeptReport
from tests.desk.small_class import NOW, SmallClass
from tests.report_index.made_up import made_up_report, made_up_test
from tests.support.toy import marked

READING = "assignments/toy/reading"
ESSAY = f"{READING}/essay"
WHERE = ("toy", "essay")
ITEMS = [(1, "Names the mistake."), (2, "Says why it happens."), (-0.5, "Has no number.")]


def write(small_class: SmallClass, student: str, text: str, hours: float = 0) -> None:
    """Have `student` a graded submission with this answer, and a picture drawn for it."""
    question = marked(
        new_markdown_cell(text), grade_id="essay", grade=True, solution=True, points=3
    )
    drawn = new_code_cell("draw()", outputs=[new_output("display_data", {"image/png": _png()})])
    folder = small_class.course.autograded / student / "toy"
    folder.mkdir(parents=True, exist_ok=True)
    notebook = new_notebook(cells=[drawn, question])
    (folder / "toy.ipynb").write_text(json.dumps(notebook))
    report = replace(made_up_report({"double": (4.0, [made_up_test("t")])}), assignment="toy")
    came = NOW + timedelta(hours=hours)
    open_index(small_class.course).record(KeptReport(report, student, came))


def write_all(small_class: SmallClass, *students: str) -> None:
    """Answers of these students, or of all who handed in, and a rubric of three items."""
    for student in students or ("alice", "bob", "carol"):
        write(small_class, student, f"**{student.capitalize()}** thinks that it is the mask.")
    readings = Readings(small_class.course)
    for points, sentence in ITEMS:
        readings.add_item(*WHERE, points, sentence, by="ines")


def address(student: str) -> str:
    """The page of the student's answer."""
    return f"{ESSAY}/answers/{code_of('essay', student)}"


def _png() -> str:
    kept = BytesIO()
    Image.new("RGB", (8, 8), "red").save(kept, "PNG")
    return base64.b64encode(kept.getvalue()).decode()
