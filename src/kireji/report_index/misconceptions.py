"""Which mistakes the diagnoses found in a class: how many students made each, and who mended it."""

from collections import defaultdict
from dataclasses import dataclass

from kireji.report_index.index import ReportIndex
from kireji.report_index.rows import MistakeRow
from kireji.testing.diagnosis_texts import read_texts, text_of


@dataclass(slots=True)
class Misconception:
    """A mistake that a diagnosis names.

    name: short   sentence: for the instructor, what to say in class; "" if none was written
    students: everybody who made it, by name   now: those whose attempt that counts has it
    mended: {student: number of the first attempt without it, after the last attempt with it}
    cells: the tasks in which it was found"""

    diagnosis: str
    name: str
    sentence: str
    students: list[str]
    now: list[str]
    mended: dict[str, int]
    cells: list[str]


def misconceptions(index: ReportIndex, assignment: str) -> list[Misconception]:
    """The mistakes found in `assignment`, those that most students made first."""
    made: dict[str, list[MistakeRow]] = defaultdict(list)
    for row in index.mistakes(assignment):
        made[row.diagnosis].append(row)
    last = index.last_numbers(assignment)
    texts = read_texts(index.course.graders)
    found = []
    for diagnosis, rows in made.items():
        text = text_of(diagnosis, texts)
        found.append(
            Misconception(
                diagnosis,
                text.name,
                text.sentence,
                [row.student for row in rows],
                [row.student for row in rows if row.now],
                {row.student: row.last + 1 for row in rows if row.last < last[row.student]},
                sorted({cell for row in rows for cell in row.cells}),
            )
        )
    return sorted(found, key=lambda one: (-len(one.students), one.diagnosis))
