"""What every page of the desk works with: the course, its gradebook and its folders."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from kireji.course import calendar_store
from kireji.course.assignment import Assignment
from kireji.course.calendar import Calendar
from kireji.course.layout import Course
from kireji.desk.grades import Enrolled, Grades
from kireji.desk.handed_in import Folders
from kireji.desk.people import Person, Role
from kireji.errors import KirejiError


@dataclass
class Desk:
    """The desk of `course`; `config` is nbgrader's."""

    course: Course
    config: Config

    def __post_init__(self) -> None:
        self.db_url = CourseDirectory(config=self.config).db_url
        self.grades = Grades(self.db_url)
        self.folders = Folders(self.course)

    @property
    def calendar(self) -> Calendar:
        """The calendar that holds now."""
        return calendar_store.read(self.course.root)

    def assignment(self, name: str) -> Assignment:
        """The assignment of an address. NoSuchPageError if there is none."""
        if name not in self.course.assignment_names():
            raise NoSuchPageError(f"The course has no assignment {name[:80]!r}.")
        return self.course.assignment(name)

    def student(self, name: str) -> Enrolled:
        """The student of an address. NoSuchPageError if the class has none of this name."""
        found = [one for one in self.grades.enrolled() if one.name == name]
        if not found:
            raise NoSuchPageError(f"The class has no student {name[:80]!r}.")
        return found[0]

    def record(self, what: str, whom: str, person: Person, **details: object) -> None:
        """Write down in the audit file that `person` did `what`."""
        self.course.audit.record(what, whom, by=person.name, at="the desk", **details)


def _desk(request: Request) -> Desk:
    return request.app.state.desk


def _person(request: Request) -> Person:
    return request.scope["state"]["person"]


def _instructor(request: Request) -> Person:
    """Dates, roster and points are changed by instructors alone."""
    person = _person(request)
    if person.role is not Role.INSTRUCTOR:
        raise NotForAssistantsError
    return person


class NoSuchPageError(KirejiError):
    """An address names an assignment or a student that is not there."""


class NotForAssistantsError(Exception):
    """An assistant asked for what only an instructor may do."""

    sentence = "Assistants read and grade. Dates, roster and points are the instructor's."


TheDesk = Annotated[Desk, Depends(_desk)]
ThePerson = Annotated[Person, Depends(_person)]
TheInstructor = Annotated[Person, Depends(_instructor)]
