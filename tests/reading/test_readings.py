"""Reading written answers: order, leases, undo, drafts, and changes of the rubric."""

import pytest

from kireji.errors import KirejiError
from kireji.reading import Change, Reading, ReadingError, Readings, answer_of
from tests.reading.made_up import hand_in, make_course

WHERE = ("one", "why")
STUDENTS = ["ada", "bob", "cyd", "dan", "eve"]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def course(tmp_path):
    course = make_course(tmp_path)
    for student in STUDENTS:
        hand_in(course, student)
    return course


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def readings(course, clock):
    return Readings(course, clock)


def read(readings, student, *items, by="ada", **more):
    return readings.save(Reading(*WHERE, student, items, **more), by=by)


def test_the_rubric_begins_as_the_mark_scheme(readings) -> None:
    found = [(item.group, item.points, item.sentence) for item in readings.rubric(*WHERE)]
    assert found == [
        ("The failure", 1, "the sentence, and what would be right."),
        ("The failure", 2, "a cause that fits."),
        ("Another", 2, "an experiment."),
    ]
    assert readings.rubric(*WHERE)[0].id == readings.rubric(*WHERE)[0].id


def test_a_reading_adds_up_and_is_counted(readings) -> None:
    first, second, _ = (item.id for item in readings.rubric(*WHERE))
    assert readings.progress(*WHERE).read == 0
    assert read(readings, "bob", first, second, points=0.5, comment="Well seen.") == 3.5
    found = readings.reading_of(*WHERE, "bob")
    assert (found.items, found.points, found.comment, found.by) == (
        (first, second),
        0.5,
        "Well seen.",
        "ada",
    )
    progress = readings.progress(*WHERE)
    assert (progress.read, progress.total) == (1, 5)


def test_a_score_stays_within_the_questions_points(readings) -> None:
    every = [item.id for item in readings.rubric(*WHERE)]
    assert read(readings, "bob", *every, points=10) == 5
    assert read(readings, "bob", points=-3) == 0


def test_everybody_is_read_once(readings) -> None:
    seen = []
    while student := readings.next_answer(*WHERE, "ada"):
        seen.append(student)
        read(readings, student)
    assert sorted(seen) == STUDENTS and seen != STUDENTS  # the order tells no names


def test_two_readers_never_have_the_same_answer(readings) -> None:
    held: dict[str, str] = {}
    for turn in range(5):
        reader = ("ada", "bob")[turn % 2]
        student = readings.next_answer(*WHERE, reader, after=held.get(reader, ""))
        assert student not in held.values()
        held[f"{reader}{turn}"] = held[reader] = student
    with pytest.raises(ReadingError, match="ada is reading this answer now"):
        readings.save(Reading(*WHERE, held["ada"]), by="bob")
    with pytest.raises(ReadingError, match="ada is reading"):
        readings.lease(*WHERE, held["ada"], "bob")
    assert readings.reading_of(*WHERE, held["ada"]) is None


def test_a_lease_ends_after_ten_minutes_or_when_released(readings, clock) -> None:
    first = readings.next_answer(*WHERE, "ada")
    assert readings.next_answer(*WHERE, "bob") != first
    readings.release(*WHERE, first, "bob")  # it is not his
    clock.now += 599
    with pytest.raises(ReadingError):
        readings.lease(*WHERE, first, "bob")
    readings.release(*WHERE, first, "ada")
    readings.lease(*WHERE, first, "bob")
    clock.now += 601
    readings.lease(*WHERE, first, "ada")


def test_the_next_answer_comes_before_the_first_is_saved(readings) -> None:
    first = readings.next_answer(*WHERE, "ada")
    second = readings.next_answer(*WHERE, "ada", after=first)
    assert second not in (None, first)
    assert readings.next_answer(*WHERE, "ada", after=first) == second


def test_a_new_attempt_is_to_be_read_again(readings, course) -> None:
    read(readings, "bob")
    hand_in(course, "bob", hours=1)
    assert readings.progress(*WHERE).read == 0
    read(readings, "bob", points=1)
    assert readings.progress(*WHERE).read == 1


def test_undo_brings_back_one_reading_after_the_other(readings) -> None:
    first = readings.rubric(*WHERE)[0].id
    read(readings, "bob", points=1, comment="one")
    read(readings, "bob", first, points=2, comment="two")
    assert readings.undo(*WHERE, "bob", by="ada").comment == "one"
    assert readings.undo(*WHERE, "bob", by="ada") is None
    assert readings.progress(*WHERE).read == 0
    with pytest.raises(ReadingError, match="Nothing was saved for this answer"):
        readings.undo(*WHERE, "bob", by="ada")


def test_what_is_typed_is_kept_until_it_is_saved(readings, course) -> None:
    draft = {"comment": "half a sen", "items": [1], "points": "2"}
    readings.keep_draft(*WHERE, "bob", {"comment": "h"}, by="ada")
    readings.keep_draft(*WHERE, "bob", draft, by="ada")
    assert Readings(course).draft_of(*WHERE, "bob", by="ada") == draft
    assert readings.draft_of(*WHERE, "bob", by="eve") is None
    read(readings, "bob")
    assert readings.draft_of(*WHERE, "bob", by="ada") is None


def test_comments_are_offered_again(readings) -> None:
    for student, comment in zip(STUDENTS, ["b", "a", "a", "", "c"], strict=True):
        read(readings, student, comment=comment)
    assert readings.comments(*WHERE) == ["a", "b", "c"]


def test_other_points_of_an_item_change_all_who_have_it(readings) -> None:
    first, second, third = (item.id for item in readings.rubric(*WHERE))
    read(readings, "ada", first)
    read(readings, "bob", first, second, third)  # 5 of 5 already
    read(readings, "cyd", second)
    expected = [Change("ada", 1, 3)]
    assert readings.preview_points(first, 3) == expected
    assert readings.score_of(readings.reading_of(*WHERE, "ada")) == 1
    assert readings.change_points(first, 3, by="eve") == expected
    assert readings.score_of(readings.reading_of(*WHERE, "ada")) == 3


def test_a_removed_item_gives_nothing(readings) -> None:
    first, second, _ = (item.id for item in readings.rubric(*WHERE))
    read(readings, "ada", first, second)
    assert readings.remove_item(first, by="eve") == [Change("ada", 3, 2)]
    assert [item.id for item in readings.rubric(*WHERE)][0] == second
    assert readings.score_of(readings.reading_of(*WHERE, "ada")) == 2
    with pytest.raises(ReadingError, match="no item"):
        read(readings, "bob", first)


def test_items_are_added_and_reworded(readings) -> None:
    added = readings.add_item(*WHERE, -1, "No numbers.", by="eve")
    assert readings.rubric(*WHERE)[-1] == added
    assert readings.reword(added.id, "There are no numbers.", by="eve").points == -1
    assert readings.rubric(*WHERE)[-1].sentence == "There are no numbers."


@pytest.mark.parametrize("points", [float("nan"), float("inf"), 1e9])
def test_impossible_points_are_refused(readings, points) -> None:
    with pytest.raises(ReadingError, match="Points are a number"):
        read(readings, "bob", points=points)
    with pytest.raises(ReadingError, match="Points are a number"):
        readings.change_points(readings.rubric(*WHERE)[0].id, points, by="ada")
    assert readings.reading_of(*WHERE, "bob") is None


def test_what_is_not_there_is_named(readings) -> None:
    with pytest.raises(ReadingError, match="zoe has no graded one"):
        read(readings, "zoe")
    with pytest.raises(ReadingError, match="no written question 'what'. Those it has: why"):
        readings.next_answer("one", "what", "ada")
    with pytest.raises(ReadingError, match="no rubric item 99"):
        readings.preview_points(99, 1)


def test_everything_that_changes_is_in_the_audit(readings, course) -> None:
    item = readings.rubric(*WHERE)[0].id
    read(readings, "bob", item)
    read(readings, "bob")
    readings.undo(*WHERE, "bob", by="eve")
    readings.change_points(item, 2, by="eve")
    events = [
        (e["who"], e["what"], e["whom"], e.get("before"), e.get("after"))
        for e in course.audit.read()
    ]
    assert events == [
        ("ada", "read an answer", "one/bob", "unread", "1"),
        ("ada", "read an answer", "one/bob", "1", "0"),
        ("eve", "undid a reading", "one/bob", None, None),
        ("eve", "changed a rubric item's points", "one/why", "1", "2"),
    ]


def test_a_forgotten_student_leaves_nothing(readings) -> None:
    read(readings, "bob", comment="hers")
    readings.keep_draft(*WHERE, "bob", {}, by="eve")
    readings.forget("bob")
    assert readings.reading_of(*WHERE, "bob") is None
    assert readings.draft_of(*WHERE, "bob", by="eve") is None
    assert readings.comments(*WHERE) == []


def test_an_answer_is_shown_without_what_could_run(course) -> None:
    hand_in(course, "bob", "I **think** <script>alert(1)</script>")
    answer = answer_of(course, *WHERE, "bob")
    assert "<strong>think</strong>" in answer.html and "script" not in answer.html
    assert answer.digest != answer_of(course, *WHERE, "ada").digest and not answer.is_empty
    hand_in(course, "bob", "")
    assert answer_of(course, *WHERE, "bob").is_empty
    with pytest.raises(KirejiError, match="grade the submission first"):
        answer_of(course, *WHERE, "zoe")
