"""The class's points as CSV: for Canvas, for Moodle, and by task.

A cell that a spreadsheet would take for a formula is made text.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum

from kireji.desk.changes import reading
from kireji.desk.desk import Desk
from kireji.desk.grades import Enrolled

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
Cell = str | float | None


class Form(StrEnum):
    """The forms of an export. The values are what an address says."""

    CANVAS = "canvas"
    MOODLE = "moodle"
    TASKS = "tasks"


def by_assignment(desk: Desk, form: Form) -> str:
    """A row a student, a column an assignment; empty where nothing is graded."""
    reading.record(desk)
    names = desk.course.assignment_names()
    scores = {(one.student, one.assignment): one.score for one in desk.grades.graded()}
    most = {name: sum(desk.course.assignment(name).points.values()) for name in names}
    titles = [desk.course.assignment(name).title for name in names]
    rows: list[list[Cell]] = []
    if form is Form.CANVAS:
        rows.append(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles])
        rows.append(["    Points Possible", "", "", "", "", *(most[name] for name in names)])
    else:
        rows.append(["Username", "First name", "Surname", "Email address", *titles])
    for student in desk.grades.enrolled():
        person: list[Cell] = (
            [f"{student.last_name}, {student.first_name}", "", student.name, student.name, ""]
            if form is Form.CANVAS
            else [student.name, student.first_name, student.last_name, student.mail]
        )
        rows.append([*person, *(scores.get((student.name, name)) for name in names)])
    return write(rows)


def by_task(desk: Desk, assignment: str) -> str:
    """A row a student, a column a task of `assignment`, then the penalty and the score."""
    reading.record(desk)
    points = desk.assignment(assignment).points
    graded = {one.student: one for one in desk.grades.graded(assignment)}
    tasks = desk.grades.by_task(assignment)
    rows: list[list[Cell]] = [
        ["account", "first_name", "last_name", "mail", "attempts", "handed_in"],
    ]
    rows[0] += [*points, "late_penalty", "score", "max_score"]
    for student in desk.grades.enrolled():
        rows.append([*_person(desk, assignment, student)])
        one = graded.get(student.name)
        scores = {grade.task: grade for grade in tasks.get(student.name, [])}
        rows[-1] += [
            scores[task].score if task in scores and not scores[task].to_read else None
            for task in points
        ]
        rows[-1] += [one.penalty if one else None, one.score if one else None]
        rows[-1].append(sum(points.values()))
    return write(rows)


def write(rows: Iterable[Sequence[Cell]]) -> str:
    """The rows as CSV that opens safely in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
    return text.getvalue()


def safe(cell: Cell) -> str:
    """A cell as text; one that begins like a formula gets an apostrophe before it."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return f"{cell:.2f}".rstrip("0").rstrip(".")
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) or cell[:1] in FORMULA else cell


def _person(desk: Desk, assignment: str, student: Enrolled) -> list[Cell]:
    handed = desk.folders.handed_in(assignment, student.name)
    came = handed.last.isoformat(timespec="seconds") if handed.last else ""
    return [
        student.name,
        student.first_name,
        student.last_name,
        student.mail,
        handed.attempts,
        came,
    ]
