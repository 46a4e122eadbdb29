"""The whole course once: release, fetch, work, submit, collect, grade, feedback; in a course
directory of its own."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from traitlets.config import Config

from kireji.batch.grade_class import grade_many
from kireji.course.layout import Course
from kireji.demo.checkpoint import is_trained, trained_checkpoints
from kireji.demo.student_client import StudentClient
from kireji.demo.students import STUDENTS, SampleStudent
from kireji.errors import KirejiError
from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse
from kireji.testing.report import Report

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """One graded submission, and the page that the student opens."""

    student: SampleStudent
    report: Report
    page: Path


def run(course: Course, assignments: list[str], tell: Tell) -> list[Result]:
    """Take the assignments through the loop with the sample students; `tell` is called with each
    step when it begins."""
    checkpoints = {}
    for name in assignments:
        if not course.assignment(name).file.trains:
            continue
        if not is_trained(course, course.assignment(name)):
            tell(f"Training the solution of {name}, some minutes; kept for the next time")
        checkpoints[name] = trained_checkpoints(course, course.assignment(name))
    tell("Releasing the assignments")
    graded = open_course(course)
    homes = folder_of(course) / "homes"
    clients = {
        student.name: StudentClient(graded.config, student.name, homes / student.name)
        for student in STUDENTS
    }
    for name in assignments:
        graded.release(name)
        for student in STUDENTS:
            tell(f"{student.name} works on {name} and submits it")
            work(course, clients[student.name], student, name, checkpoints.get(name))
        graded.collect(name)
        for _, who, reason in grade_many(graded, [(name, student.name) for student in STUDENTS]):
            if reason:
                raise KirejiError(reason)
            tell(f"Graded {who}'s {name}")
        tell(f"Giving feedback for {name}")
        graded.give_feedback(name)
        for student in STUDENTS:
            clients[student.name].fetch_feedback(name)
    return [
        Result(student, graded.report(name, student.name), graded.feedback_page(name, student.name))
        for name in assignments
        for student in STUDENTS
    ]


def folder_of(course: Course) -> Path:
    """The course directory of the demo."""
    return course.demo / "course"


def open_course(course: Course) -> NbgraderCourse:
    """A fresh course directory below var/demo, with the same configuration as the real one."""
    root = folder_of(course)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    shutil.copytree(course.source, root / "source")

    def move(config: Config) -> None:
        config.CourseDirectory.root = str(root)
        config.Exchange.root = str(root / "exchange")

    (root / "exchange").mkdir()
    return NbgraderCourse(course, changes=move)


def work(
    course: Course,
    client: StudentClient,
    student: SampleStudent,
    assignment: str,
    checkpoints: Path | None,
) -> None:
    """Fetch, answer, train (that is: take the trained checkpoint, if there is one), submit."""
    folder = client.fetch(assignment)
    path = folder / f"{assignment}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    student.answer(course.assignment(assignment), notebook)
    nbformat.write(notebook, path)
    if student.trained and checkpoints:
        for checkpoint in checkpoints.iterdir():
            shutil.copyfile(checkpoint, folder / checkpoint.name)
    client.submit(assignment)
