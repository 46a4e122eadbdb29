"""Which mistakes the diagnoses found in a class: how many students made each, and who mended it."""

from collections import defaultdict
from dataclasses import dataclass

from kireji.report_index.index import ReportIndex
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
    # diagnosis -> student -> the attempts with it
    made: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    cells: dict[str, dict[str, None]] = defaultdict(dict)
    for row in index.diagnosed(assignment):
        made[row.diagnosis][row.student].add(row.attempt)
        cells[row.diagnosis][row.cell] = None
    last: dict[str, int] = {}
    counts: dict[str, int] = {}
    for attempt in index.attempts(assignment):
        last[attempt.student] = attempt.number
        if attempt.counts:
            counts[attempt.student] = attempt.number
    texts = read_texts(index.course.graders)
    found = []
    for diagnosis, students in made.items():
        text = text_of(diagnosis, texts)
        mended = {
            student: max(attempts) + 1
            for student, attempts in sorted(students.items())
            if max(attempts) < last[student]
        }
        now = sorted(name for name, attempts in students.items() if counts.get(name) in attempts)
        found.append(
            Misconception(
                diagnosis,
                text.name,
                text.sentence,
                sorted(students),
                now,
                mended,
                list(cells[diagnosis]),
            )
        )
    return sorted(found, key=lambda one: (-len(one.students), one.diagnosis))
