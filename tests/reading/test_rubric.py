"""The rubric that a mark scheme describes."""

import pytest

from kireji.course.layout import find_course
from kireji.reading.rubric import MarkSchemeItem, items_in, mark_scheme_items

COURSE = find_course()
QUESTIONS = [
    (name, cell)
    for name in COURSE.assignment_names()
    for cell in sorted(COURSE.assignment(name).manual)
]


@pytest.mark.parametrize(("name", "cell"), QUESTIONS)
def test_the_courses_mark_schemes_add_up_to_the_points(name, cell) -> None:
    assignment = COURSE.assignment(name)
    items = mark_scheme_items(assignment, cell)
    assert sum(item.points for item in items) == assignment.points[cell]
    assert all(item.sentence and item.sentence == item.sentence.strip() for item in items)


def test_there_are_written_questions() -> None:
    assert len(QUESTIONS) == 4


def test_items_have_their_heading_and_whole_sentences() -> None:
    one = "**One (3 points)**\n- 1 point: this,\n  and that.\n- 2 points: more.\n"
    assert items_in(f"{one}\n**Two**\n* 1.5 points: x") == [
        MarkSchemeItem("One", 1, "this, and that."),
        MarkSchemeItem("One", 2, "more."),
        MarkSchemeItem("Two", 1.5, "x"),
    ]


def test_items_for_each_of_several_come_several_times() -> None:
    found = items_in("**Maps (2 points each, 6 in all)**\n- 1 point: a\n- 1 point: b")
    assert [(item.group, item.sentence) for item in found] == [
        (f"Maps: {number} of 3", sentence) for number in (1, 2, 3) for sentence in "ab"
    ]


def test_a_scheme_in_prose_has_no_items() -> None:
    assert items_in("Give what seems right.\n- a remark without points") == []
