"""Before every cell that a person grades stands its question: locked, with points and the titles of
its rubric, also in the notebook that students get."""

import re

import pytest

from tests.support.clone import COURSE

WRITTEN = [
    (name, grade_id)
    for name in COURSE.assignment_names()
    for grade_id in sorted(COURSE.assignment(name).manual)
]
TITLE = re.compile(
    r"^\s*[-*\d.]+ \*\*[^*]+\*\*[^\n]*?\*?\(\d+(?: points?)?(?: each)?\)", re.MULTILINE
)


def the_cell_before(notebook, grade_id):
    """The markdown cell before the cell `grade_id`, and what nbgrader knows of it."""
    cells = notebook.cells
    (place,) = [
        i
        for i, cell in enumerate(cells)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    ]
    before = cells[place - 1]
    return before, before.metadata.get("nbgrader", {})


def test_every_assignment_has_a_question():
    assert {name for name, _ in WRITTEN} == set(COURSE.assignment_names())


@pytest.mark.parametrize(("name", "grade_id"), WRITTEN)
def test_the_question_is_locked_and_not_in_the_answer(name, grade_id):
    question, nbgrader = the_cell_before(COURSE.assignment(name).source, grade_id)
    assert question.cell_type == "markdown"
    assert nbgrader.get("locked") is True
    assert nbgrader.get("solution") is False and nbgrader.get("grade") is False


@pytest.mark.parametrize(("name", "grade_id"), WRITTEN)
def test_the_question_says_its_points_and_its_rubric(name, grade_id):
    assignment = COURSE.assignment(name)
    question, _ = the_cell_before(assignment.source, grade_id)
    points = assignment.points[grade_id]
    assert re.search(rf"\b{points:g}\s+points\b", question.source), (
        "the points of the whole question"
    )
    assert len(TITLE.findall(question.source)) >= 2, "titles of the rubric, each with its points"


@pytest.mark.parametrize(("name", "grade_id"), WRITTEN)
def test_students_get_the_question(name, grade_id):
    assignment = COURSE.assignment(name)
    question, _ = the_cell_before(assignment.source, grade_id)
    given, _ = the_cell_before(assignment.skeleton(), grade_id)
    assert given.source.strip() == question.source.strip() != ""
