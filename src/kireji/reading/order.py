"""The order in which answers are read, which tells nothing of names, and who read what last."""

import hashlib

from sqlalchemy import select

from kireji.course.layout import Course
from kireji.reading.tables import database, readings
from kireji.report_index import open_index

CODE_CHARACTERS = 16


def place(cell: str, student: str) -> str:
    """Sorts the answers to a question, the same for every reader; "" for no student."""
    return hashlib.sha256(f"{cell}/{student}".encode()).hexdigest() if student else ""


def code_of(cell: str, student: str) -> str:
    """Stands for a student in an address, so that a reader sees no name there."""
    return place(cell, student)[:CODE_CHARACTERS]


def student_of(course: Course, assignment: str, cell: str, code: str) -> str | None:
    """The student whose answer has this code; None if no graded submission has it."""
    names = (row.student for row in open_index(course).latest(assignment))
    return next((name for name in names if code_of(cell, name) == code), None)


def read_by(course: Course, assignment: str, cell: str, reader: str) -> list[str]:
    """The students whose answers `reader` has read, the last one first."""
    query = (
        select(readings.c.student)
        .where(
            readings.c.assignment == assignment,
            readings.c.cell == cell,
            readings.c.by == reader,
            readings.c.came >= 0,  # not undone
        )
        .order_by(readings.c.at.desc())
    )
    with database(course).read() as connection:
        return [row.student for row in connection.execute(query)]
