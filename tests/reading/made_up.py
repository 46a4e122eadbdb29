"""A course with one written question, and graded submissions of it."""

import json
from datetime import timedelta
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook

from kireji.course.layout import Course
from kireji.report_index import open_index
from kireji.report_index.writer import KeptReport
from tests.report_index.made_up import MONDAY, made_up_report, made_up_test
from tests.support.toy import marked

SCHEME = """### BEGIN MARK SCHEME
**The failure (3 points)**
- 1 point: the sentence, and
  what would be right.
- 2 points: a cause that fits.

**Another (2 points)**
- 2 points: an experiment.
### END MARK SCHEME"""


def question(text: str):
    return marked(new_markdown_cell(text), grade_id="why", grade=True, solution=True, points=5)


def make_course(root: Path) -> Course:
    for folder in ("source/one", "graders/one", "var"):
        (root / folder).mkdir(parents=True)
    notebook = new_notebook(cells=[question(f"A model answer.\n\n{SCHEME}")])
    nbformat.write(notebook, root / "source" / "one" / "one.ipynb")
    return Course(root)


def hand_in(course: Course, student: str, text: str = "Because.", hours: float = 0) -> None:
    """Have `student` a graded submission."""
    folder = course.autograded / student / "one"
    folder.mkdir(parents=True, exist_ok=True)
    notebook = new_notebook(cells=[question(text)])
    (folder / "one.ipynb").write_text(json.dumps(notebook))
    report = made_up_report({"a": (1.0, [made_up_test("t")])})
    open_index(course).record(KeptReport(report, student, MONDAY + timedelta(hours=hours)))
