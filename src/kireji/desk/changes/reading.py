"""What a reader says of a written answer: saved at once, and brought to the gradebook after it."""

import logging
import threading
from dataclasses import asdict

from kireji.desk.changes.scores import read_score
from kireji.desk.desk import Desk
from kireji.desk.people import Person
from kireji.desk.written import Typed, student_at, typed_of, version_of
from kireji.nbgrader_plugins.gradebook import GradebookError
from kireji.reading import (
    Reading,
    ReadingError,
    Readings,
    WrittenGrades,
    answer_of,
    code_of,
    read_by,
    take_over,
)

log = logging.getLogger("kireji.desk")
_one_at_a_time = threading.Lock()


def save(
    desk: Desk,
    person: Person,
    name: str,
    task: str,
    code: str,
    typed: Typed,
    digest: str = "",
    seen: str = "",
) -> float:
    """Give points for an answer and return the score. ReadingError if another person reads it now,
    if nothing is chosen, or if the answer is no longer that with this `digest`, or what was said of
    it no longer what was `seen`; "" does not check."""
    student, readings = student_at(desk, name, task, code), Readings(desk.course)
    if not (typed.items or typed.points.strip() or typed.none):
        raise ReadingError("Choose an item, give points, or choose 0 points.")
    if digest and answer_of(desk.course, name, task, student).digest != digest:
        raise ReadingError(
            "The student handed in another answer while you read this one. Load the page again;"
            " what you typed is kept."
        )
    before = readings.reading_of(name, task, student)
    if seen and version_of(before) != seen:
        who = before.by if before else "A reader"
        raise ReadingError(
            f"{who} has read this answer meanwhile. Load the page again to see the points; what you"
            " typed is kept."
        )
    reading = Reading(
        name,
        task,
        student,
        tuple(sorted(set(typed.items))),
        read_score(typed.points) or 0.0,
        typed.comment.strip().replace("\r\n", "\n"),
    )
    return readings.save(reading, by=person.name)


def keep_draft(desk: Desk, person: Person, name: str, task: str, code: str, typed: Typed) -> None:
    """Keep what is typed, and the answer with its reader. ReadingError if another person reads it
    now; what is typed is kept then, too."""
    student, readings = student_at(desk, name, task, code), Readings(desk.course)
    readings.keep_draft(name, task, student, asdict(typed), by=person.name)
    readings.lease(name, task, student, person.name)


def skip(desk: Desk, person: Person, name: str, task: str, code: str) -> None:
    """Leave an answer unread, for any reader."""
    student = student_at(desk, name, task, code)
    Readings(desk.course).release(name, task, student, person.name)


def undo_last(desk: Desk, person: Person, name: str, task: str) -> str:
    """Take back what `person` saved last for this question, and return the answer's code. What they
    had typed is in its form again."""
    trail, readings = read_by(desk.course, name, task, person.name), Readings(desk.course)
    if not trail:
        raise ReadingError("You have read no answer to this question that can be undone.")
    student = trail[0]
    said = readings.reading_of(name, task, student)
    readings.undo(name, task, student, by=person.name)
    if said:
        readings.keep_draft(name, task, student, asdict(typed_of(said)), by=person.name)
    return code_of(task, student)


def record(desk: Desk) -> None:
    """Bring to the gradebook what it does not have yet. While another program has the gradebook,
    nothing is lost: the next call brings it."""
    if desk.grades.file and not desk.grades.file.exists():
        return
    grades = WrittenGrades(desk.db_url, desk.config)
    with _one_at_a_time:
        try:
            Readings(desk.course).record_in_gradebook(grades)
        except GradebookError as error:
            log.warning("Readings wait for the gradebook: %s", error)


def take_over_points(desk: Desk, name: str) -> None:
    """Have reading know what was given in the formgrader, or corrected on a submission's page."""
    manual = desk.assignment(name).manual
    with _one_at_a_time:
        given: dict[str, dict[str, tuple[float, str]]] = {}
        for student, grades in desk.grades.by_task(name).items():
            for grade in grades:
                if grade.task in manual and grade.manual is not None and not grade.to_read:
                    said = (grade.manual, grade.comment or "")
                    given.setdefault(grade.task, {})[student] = said
        for task, scores in given.items():
            take_over(desk.course, name, task, scores)
