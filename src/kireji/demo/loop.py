"""The whole course once: release, fetch, work, submit, collect, grade, feedback; in a course
directory of its own."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from traitlets.config import Config

from kireji import paths
from kireji.batch.grade_class import grade_many
from kireji.course.layout import find_course
from kireji.demo.checkpoint import is_trained, trained_checkpoints
from kireji.demo.student_client import StudentClient
from kireji.demo.students import STUDENTS, SampleStudent
from kireji.errors import KirejiError
from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse
from kireji.testing.report import Report

COURSE = paths.DEMO / "course"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """One graded submission, and the page that the student opens."""

    student: SampleStudent
    report: Report
    page: Path


def run(assignments: list[str], tell: Tell) -> list[Result]:
    """Take the assignments through the loop with the sample students; `tell` is called with each
    step when it begins."""
    checkpoints = {}
    for name in assignments:
        if not find_course().assignment(name).file.trains:
            continue
        if not is_trained(find_course().assignment(name)):
            tell(f"Training the solution of {name}, some minutes; kept for the next time")
        checkpoints[name] = trained_checkpoints(find_course().assignment(name))
    tell("Releasing the assignments")
    course = open_course()
    clients = {
        student.name: StudentClient(course.config, student.name, COURSE / "homes" / student.name)
        for student in STUDENTS
    }
    for name in assignments:
        course.release(name)
        for student in STUDENTS:
            tell(f"{student.name} works on {name} and submits it")
            work(clients[student.name], student, name, checkpoints.get(name))
        course.collect(name)
        for _, graded, reason in grade_many(course, [(name, student.name) for student in STUDENTS]):
            if reason:
                raise KirejiError(reason)
            tell(f"Graded {graded}'s {name}")
        tell(f"Giving feedback for {name}")
        course.give_feedback(name)
        for student in STUDENTS:
            clients[student.name].fetch_feedback(name)
    return [
        Result(student, course.report(name, student.name), course.feedback_page(name, student.name))
        for name in assignments
        for student in STUDENTS
    ]


def open_course() -> NbgraderCourse:
    """A fresh course directory below var/demo, with the same configuration as the real one."""
    shutil.rmtree(COURSE, ignore_errors=True)
    COURSE.mkdir(parents=True)
    shutil.copytree(paths.SOURCE, COURSE / "source")

    def move(config: Config) -> None:
        config.CourseDirectory.root = str(COURSE)
        config.Exchange.root = str(COURSE / "exchange")

    (COURSE / "exchange").mkdir()
    return NbgraderCourse(changes=move)


def work(
    client: StudentClient, student: SampleStudent, assignment: str, checkpoints: Path | None
) -> None:
    """Fetch, answer, train (that is: take the trained checkpoint, if there is one), submit."""
    folder = client.fetch(assignment)
    path = folder / f"{assignment}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    student.answer(find_course().assignment(assignment), notebook)
    nbformat.write(notebook, path)
    if student.trained and checkpoints:
        for checkpoint in checkpoints.iterdir():
            shutil.copyfile(checkpoint, folder / checkpoint.name)
    client.submit(assignment)
