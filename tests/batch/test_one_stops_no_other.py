"""Recording and giving back: what one student's submission does to the writer of the gradebook, or
to the maker of pages, costs that student alone."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from kireji.batch import grade_class
from kireji.errors import KirejiError
from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse

STUDENTS = ("alice", "mallory", "zoe")


class Course:
    """Records for everybody but mallory."""

    course, trusted, gradebook_file = None, False, None

    def __init__(self, error: Exception) -> None:
        self.error, self.recorded = error, []

    def submitted(self, assignment: str, student: str) -> Path:
        return Path("submitted") / student / assignment

    def make_gradable(self, assignment: str, student: str) -> None: ...

    def is_graded(self, assignment: str, student: str) -> bool:
        return False

    def grade(self, assignment: str, student: str) -> None:
        if student == "mallory":
            raise self.error
        self.recorded.append(student)


def grade(monkeypatch, error: Exception) -> tuple[Course, dict[str, str]]:
    monkeypatch.setattr(
        grade_class,
        "judge_ahead",
        lambda course, folders, *more: ((folder, "") for folder in folders),
    )
    course = Course(error)
    work = [("toy", student) for student in STUDENTS]
    return course, {who: reason for _, who, reason in grade_class.grade_many(course, work)}


@pytest.mark.parametrize(
    "error",
    [
        ValueError("\udcff\x1b[2J"),
        UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"),
        RecursionError("deeper than expected"),
        FileNotFoundError(2, "No such file", "toy.ipynb"),
        KirejiError("nbgrader failed"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_one_that_cannot_be_recorded_is_named(monkeypatch, error):
    course, reasons = grade(monkeypatch, error)
    assert course.recorded == ["alice", "zoe"]
    assert reasons.pop("mallory").isprintable() and set(reasons.values()) == {""}


def test_a_full_disk_stops_the_recording(monkeypatch):
    with pytest.raises(OSError, match="No space"):
        grade(monkeypatch, OSError(28, "No space left on device"))


def test_a_page_that_cannot_be_made_keeps_no_other_back(tmp_path):
    released = []
    course = NbgraderCourse.__new__(NbgraderCourse)
    course.gradebook_file = None
    course.directory = SimpleNamespace(root=str(tmp_path), feedback_directory="feedback")
    course.api = SimpleNamespace(
        generate_feedback=lambda name, force: {
            "success": False,
            "log": "ValueError: of mallory's page",
        },
        release_feedback=lambda name: released.append(name) or {"success": True},
    )
    with pytest.raises(KirejiError, match="of mallory's page"):
        course.give_feedback("toy")
    assert released == ["toy"]
