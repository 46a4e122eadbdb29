"""A class of four at the toy assignment, in a folder of its own, without a hub and without grading:
what the desk reads is written as nbgrader and the exchange write it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.api import Gradebook
from traitlets.config import Config

from kireji.course import calendar_store
from kireji.course.layout import COURSE_ID, Course
from kireji.exchange.folders import student_folders
from kireji.nbgrader_plugins.release_feedback import released_page
from tests.support.toy_checkout import make_toy_course

NOW = datetime(2026, 9, 10, 12, tzinfo=UTC)
DUE = datetime(2026, 9, 12, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>"
PEOPLE = {  # account -> first name, last name, mail
    "alice": ("Alice", "Adler", "alice@example.org"),
    "bob": ("Bob", HOSTILE, ""),
    "carol": ("Carol", "Chen", "carol@example.org"),
    "dan": ("Dan", "Dahl", ""),
}
PAGE = "<!DOCTYPE html><title>Feedback</title><p>Feedback for alice</p>"


class SmallClass:
    """alice: graded and returned. bob: graded, late, one task to be read. carol: handed in again
    and not graded yet. dan: nothing."""

    def __init__(self, root: Path) -> None:
        make_toy_course(root)
        self.fill(root)

    def fill(self, root: Path) -> None:
        """Enter the class in the toy course at `root`."""
        self.open(root)
        calendar_store.set_dates(root, "toy", release=NOW - timedelta(days=9), due=DUE)
        with Gradebook(self.db_url, COURSE_ID) as book:
            self._enter(book)
        for name in PEOPLE:
            student_folders(self.course.exchange, COURSE_ID, name).make()
        self.hand_in("alice", NOW, "graded at once")
        self.hand_in("bob", DUE + timedelta(hours=3), "graded at once")
        self.hand_in("carol", NOW - timedelta(hours=1), "graded at once")
        self.hand_in("carol", NOW, "waits for the instructor")
        self.give_back("alice")

    def open(self, root: Path) -> None:
        """A class that is there already."""
        self.course = Course(root)
        self.config = Config()
        self.config.CourseDirectory.root = str(root)
        self.config.CourseDirectory.course_id = COURSE_ID
        self.config.CourseDirectory.db_url = self.db_url = f"sqlite:///{root}/gradebook.db"
        self.config.Exchange.root = str(self.course.exchange)
        self.points = self.course.assignment("toy").points

    def _enter(self, book: Gradebook) -> None:
        book.add_assignment("toy")
        book.add_notebook("toy", "toy")
        for task, most in self.points.items():
            book.add_grade_cell(task, "toy", "toy", max_score=most, cell_type="code")
            book.add_solution_cell(task, "toy", "toy")
        for name, (first, last, mail) in PEOPLE.items():
            book.add_student(name, first_name=first, last_name=last, email=mail)
        self.grade(book, "alice", NOW, 1.0)
        self.grade(book, "bob", DUE + timedelta(hours=3), 0.25, penalty=0.5, unread=True)
        self.grade(book, "carol", NOW - timedelta(hours=1), 0.5)

    def grade(
        self,
        book: Gradebook,
        student: str,
        came: datetime,
        share: float,
        penalty: float | None = None,
        unread: bool = False,
    ) -> None:
        """Give `student` a share of the points of each task."""
        submission = book.add_submission(
            "toy", student, timestamp=came.replace(tzinfo=None) if came else None
        )
        notebook = book.find_submission_notebook("toy", "toy", student)
        notebook.late_submission_penalty = penalty
        for number, grade in enumerate(notebook.grades):
            grade.auto_score = share * grade.cell.max_score
            grade.needs_manual_grade = unread and number == 0
        book.db.commit()
        assert submission.student.id == student

    def hand_in(self, student: str, came: datetime, state: str) -> Path:
        """An attempt as `collect` keeps it."""
        folder = self.course.var / "attempts" / student / "toy" / f"{came:%Y%m%dT%H%M%S.%f}-00"
        folder.mkdir(parents=True)
        (folder / "toy.ipynb").write_text("{}")
        (folder / "submission_secret.txt").write_text(f"secret of {student} {came}")
        note = [f"{student}+toy+{came}", state]
        folder.with_name(f"{folder.name}.json").write_text(json.dumps(note))
        return folder

    def give_back(self, student: str) -> None:
        """Feedback as it is made and handed out."""
        page = self.course.feedback / student / "toy" / "toy.html"
        page.parent.mkdir(parents=True)
        page.write_text(PAGE)
        attempt = max((self.course.var / "attempts" / student / "toy").glob("*/"))
        feedback = student_folders(self.course.exchange, COURSE_ID, student).feedback
        released = released_page(feedback, "toy", attempt)
        released.parent.mkdir(parents=True, exist_ok=True)
        released.write_text(PAGE)
