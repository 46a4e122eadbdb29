"""Readings in nbgrader's gradebook, as the formgrader shows them."""

import pytest
from nbgrader.api import Gradebook
from traitlets.config import Config

from kireji.reading import Reading, Readings, WrittenGrades
from tests.reading.made_up import hand_in, make_course

WHERE = ("one", "why")


@pytest.fixture
def course(tmp_path):
    course = make_course(tmp_path)
    with Gradebook(f"sqlite:///{course.gradebook}", "kireji") as book:
        book.add_assignment("one")
        book.add_notebook("one", "one")
        book.add_grade_cell("why", "one", "one", max_score=5, cell_type="markdown")
        book.add_solution_cell("why", "one", "one")
        for student in ("bob", "eve"):
            book.add_student(student)
            book.add_submission("one", student)
            hand_in(course, student)
    return course


@pytest.fixture
def grades(course):
    config = Config()
    config.CourseDirectory.root = str(course.root)
    return WrittenGrades(f"sqlite:///{course.gradebook}", config)


def recorded(course, student):
    with Gradebook(f"sqlite:///{course.gradebook}", "kireji") as book:
        grade = book.find_grade("why", "one", "one", student)
        comment = book.find_comment("why", "one", "one", student)
        return grade.manual_score, bool(grade.needs_manual_grade), comment.manual_comment


def test_points_and_comment_reach_the_gradebook(course, grades) -> None:
    readings = Readings(course)
    first = readings.rubric(*WHERE)[0]
    readings.save(Reading(*WHERE, "bob", (first.id,), 0.5, "Well seen."), by="ada")
    assert readings.record_in_gradebook(grades) == 1
    assert recorded(course, "bob") == (1.5, False, "Well seen.")
    assert readings.record_in_gradebook(grades) == 0
    readings.change_points(first.id, 2, by="ada")
    assert readings.record_in_gradebook(grades) == 1
    assert recorded(course, "bob") == (2.5, False, "Well seen.")


def test_an_undone_reading_needs_a_person_again(course, grades) -> None:
    readings = Readings(course)
    readings.save(Reading(*WHERE, "bob", points=3, comment="x"), by="ada")
    readings.record_in_gradebook(grades)
    readings.undo(*WHERE, "bob", by="ada")
    readings.record_in_gradebook(grades)
    assert recorded(course, "bob") == (None, True, None)


def test_a_reading_of_what_the_gradebook_has_not_is_kept(course, grades) -> None:
    hand_in(course, "zoe")
    readings = Readings(course)
    readings.save(Reading(*WHERE, "zoe", points=3), by="ada")
    assert readings.record_in_gradebook(grades) == 0
    with Gradebook(f"sqlite:///{course.gradebook}", "kireji") as book:
        book.add_student("zoe")
        book.add_submission("one", "zoe")
    assert readings.record_in_gradebook(grades) == 1
    assert recorded(course, "zoe")[0] == 3
