"""What the pages of reading show: a question, an answer to it, and what a reader says of it."""

import hashlib
from dataclasses import dataclass

from kireji.course.assignment import Assignment
from kireji.course.layout import Course
from kireji.desk.desk import Desk, NoSuchPageError
from kireji.desk.people import Person
from kireji.errors import KirejiError
from kireji.reading import (
    Answer,
    Reading,
    ReadingError,
    Readings,
    RubricItem,
    answer_of,
    code_of,
    read_by,
    student_of,
)


@dataclass(frozen=True)
class Question:
    """A task that a person reads, and how far that is."""

    assignment: str
    task: str
    title: str
    points: float
    read: int
    total: int

    @property
    def unread(self) -> int:
        return self.total - self.read


@dataclass(frozen=True)
class Typed:
    """What the fields of the form hold. none: 0 points are meant, and not forgotten."""

    items: tuple[int, ...] = ()
    points: str = ""
    comment: str = ""
    none: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.items or self.points.strip() or self.comment.strip() or self.none)


@dataclass(frozen=True)
class Sheet:
    """An answer in front of a reader.

    code: stands for the student   answer: None while it cannot be shown, for `problem`
    reading: what was said of it   taken: why this reader cannot save it now
    is_draft: `typed` is not saved   previous: code of the answer that this reader read before"""

    student: str
    code: str
    answer: Answer | None
    problem: str
    reading: Reading | None
    score: float | None
    typed: Typed
    is_draft: bool
    taken: str
    previous: str

    @property
    def seen(self) -> str:
        """Stands for `reading`, so that nothing is saved over what its reader has not seen."""
        return version_of(self.reading)


def questions(desk: Desk, name: str) -> list[Question]:
    """The written questions of an assignment, in the notebook's order."""
    assignment = desk.assignment(name)
    return [question(desk, name, task) for task in assignment.points if task in assignment.manual]


def question(desk: Desk, name: str, task: str) -> Question:
    """The question of an address. NoSuchPageError if there is none."""
    assignment = check_question(desk, name, task)
    progress = Readings(desk.course).progress(name, task)
    title = assignment.titles.get(task, task)
    return Question(name, task, title, assignment.points[task], progress.read, progress.total)


def check_question(desk: Desk, name: str, task: str) -> Assignment:
    """The assignment of an address. NoSuchPageError if it does not have this question. Does not
    count answers, unlike `question`."""
    assignment = desk.assignment(name)
    if task not in assignment.manual:
        raise NoSuchPageError(f"{name} has no written question {task[:80]!r}.")
    return assignment


def student_at(desk: Desk, name: str, task: str, code: str) -> str:
    """The student of an address. NoSuchPageError if no graded submission has this code."""
    check_question(desk, name, task)
    student = student_of(desk.course, name, task, code)
    if student is None:
        raise NoSuchPageError("There is no such answer. It may have been removed from the course.")
    return student


def take_next(desk: Desk, person: Person, name: str, task: str, after: str = "") -> str | None:
    """Lease the next answer to `person` and return its code; None if none is left for them."""
    check_question(desk, name, task)
    before = student_at(desk, name, task, after) if after else ""
    student = Readings(desk.course).next_answer(name, task, person.name, before)
    return code_of(task, student) if student else None


def sheet(desk: Desk, person: Person, name: str, task: str, code: str) -> Sheet:
    """Lease an answer to `person`, if no other reader has it, and show it."""
    student, readings = student_at(desk, name, task, code), Readings(desk.course)
    taken = problem = ""
    try:
        readings.lease(name, task, student, person.name)
    except ReadingError as error:
        taken = str(error)
    answer = None
    try:
        answer = answer_of(desk.course, name, task, student)
    except KirejiError:
        problem = "The answer cannot be shown now: its submission is not graded, or just being so."
    reading = readings.reading_of(name, task, student)
    draft = readings.draft_of(name, task, student, by=person.name)
    return Sheet(
        student,
        code,
        answer,
        problem,
        reading,
        readings.score_of(reading) if reading else None,
        Typed(**draft | {"items": tuple(draft["items"])}) if draft else typed_of(reading),
        draft is not None,
        taken,
        _previous(desk.course, person, name, task, student),
    )


def version_of(reading: Reading | None) -> str:
    """Another text for every other reading of an answer; "unread" for none."""
    return hashlib.sha256(repr(reading).encode()).hexdigest()[:16] if reading else "unread"


def grouped(items: list[RubricItem]) -> list[tuple[str, list[tuple[int, RubricItem]]]]:
    """The rubric by its headings, each item with its number from 1."""
    found: list[tuple[str, list[tuple[int, RubricItem]]]] = []
    for number, item in enumerate(items, 1):
        if not found or found[-1][0] != item.group:
            found.append((item.group, []))
        found[-1][1].append((number, item))
    return found


def typed_of(reading: Reading | None) -> Typed:
    """The fields of the form for what was saved; empty ones if nothing was."""
    if reading is None:
        return Typed()
    none = not reading.items and not reading.points
    return Typed(
        reading.items, f"{reading.points:g}" if reading.points else "", reading.comment, none
    )


def _previous(course: Course, person: Person, name: str, task: str, student: str) -> str:
    trail = read_by(course, name, task, person.name)
    place = trail.index(student) + 1 if student in trail else 0
    return code_of(task, trail[place]) if place < len(trail) else ""
