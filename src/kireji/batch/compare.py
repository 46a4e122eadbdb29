"""Compares the collected submissions of an assignment with one another, and keeps what it found."""

from collections.abc import Callable

from kireji.copies.kept import keep
from kireji.copies.look import Comparison, look
from kireji.feedback.copies_page import render
from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse


def compare(
    course: NbgraderCourse, assignment: str, tell: Callable[[str], None] = lambda student: None
) -> Comparison:
    """Compare what is collected of `assignment`, and keep the pairs and the page.

    tell: is called with each student's name when their work is read. No points change."""
    loaded = course.course.assignment(assignment)
    found = look(
        course.course,
        loaded,
        [(who, course.submitted(loaded.name, who)) for who in course.students(loaded.name)],
        tell,
    )
    keep(course.course, found, render(found))
    return found
