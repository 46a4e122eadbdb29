"""What a graded submission's report says, for the page of the submission."""

import json
from dataclasses import dataclass, field

from kireji.course.notebook_metadata import REPORT
from kireji.desk.desk import Desk
from kireji.feedback.report import Line, lines_of
from kireji.nbgrader_plugins.folder_transaction import is_unfinished
from kireji.sanitise.outputs import clean_text
from kireji.testing.report import Report

MAX_NOTICE = 4000  # characters


@dataclass(frozen=True)
class Shown:
    """notices: what the student reads too. for_instructor: what only this page says."""

    notices: list[str] = field(default_factory=list)
    for_instructor: list[str] = field(default_factory=list)
    lines: dict[str, list[Line]] = field(default_factory=dict)


def read_report(desk: Desk, assignment: str, student: str) -> Shown | None:
    """The report of the graded submission; None where there is none, or it is being written."""
    folder = desk.course.autograded / student / assignment
    if is_unfinished(folder):
        return None
    try:
        notebook = json.loads((folder / f"{assignment}.ipynb").read_text(encoding="utf-8"))
        report = Report.from_dict(notebook["metadata"][REPORT])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Shown(
        [clean_text(one, MAX_NOTICE) for one in report.for_student],
        [clean_text(one, MAX_NOTICE) for one in report.for_instructor],
        {cell.grade_id: lines_of(cell, cell.max_score) for cell in report.cells},
    )
