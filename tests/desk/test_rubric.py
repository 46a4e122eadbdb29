"""The rubric of a question: changed for everybody at once, after a preview."""

import pytest
from starlette.testclient import TestClient

from kireji.hub.desk_service import PREFIX
from kireji.reading import Reading, Readings
from tests.desk.forms import post
from tests.desk.small_class import SmallClass
from tests.desk.test_reading import recorded
from tests.desk.written_answers import ESSAY, WHERE, write_all

RUBRIC = f"{ESSAY}/rubric"


@pytest.fixture
def read(small_class: SmallClass) -> Readings:
    """alice and bob have the first item; carol is unread."""
    write_all(small_class)
    readings = Readings(small_class.course)
    first = readings.rubric(*WHERE)[0].id
    for student in ("alice", "bob"):
        readings.save(Reading(*WHERE, student, (first,)), by="theo")
    return readings


@pytest.fixture
def item(read: Readings) -> int:
    return read.rubric(*WHERE)[0].id


def test_a_preview_changes_nothing(instructor: TestClient, read: Readings, item: int) -> None:
    page = instructor.get(f"{PREFIX}{RUBRIC}/{item}/preview", params={"points": "2"}).text
    assert "<b>2 scores change</b>, of 2 answers that are read" in page
    assert read.item(item).points == 1
    page = instructor.get(f"{PREFIX}{RUBRIC}/{item}/preview", params={"action": "remove"}).text
    assert "Remove this item?" in page and "2 scores change" in page
    assert len(read.rubric(*WHERE)) == 3


def test_a_change_holds_for_everybody(
    instructor: TestClient, small_class: SmallClass, read: Readings, item: int
) -> None:
    page = post(instructor, f"{RUBRIC}/{item}", {"points": "2,5", "sentence": "Names it."})
    assert "The item is changed; 2 scores changed with it." in page.text
    assert (read.item(item).points, read.item(item).sentence) == (2.5, "Names it.")
    assert [recorded(small_class, who)[0] for who in ("alice", "bob", "carol")] == [2.5, 2.5, None]


def test_an_item_is_added_and_removed(instructor: TestClient, read: Readings, item: int) -> None:
    post(instructor, RUBRIC, {"points": "0.5", "sentence": "Has a number."})
    assert read.rubric(*WHERE)[-1].sentence == "Has a number."
    post(instructor, f"{RUBRIC}/{item}", {"action": "remove"})
    assert item not in [one.id for one in read.rubric(*WHERE)]
    assert read.score_of(read.reading_of(*WHERE, "bob")) == 0


def test_an_assistant_sees_the_rubric_and_changes_nothing(
    assistant: TestClient, read: Readings, item: int
) -> None:
    page = assistant.get(f"{PREFIX}{RUBRIC}").text
    assert "Names the mistake." in page and "Preview" not in page
    assert post(assistant, RUBRIC, {"points": "1", "sentence": "x"}).status_code == 403
    assert post(assistant, f"{RUBRIC}/{item}", {"points": "0"}).status_code == 403
    assert assistant.get(f"{PREFIX}{RUBRIC}/{item}/preview").status_code == 403
    assert read.item(item).points == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"points": "x", "sentence": "y"}, "is no score"),
        ({"points": "", "sentence": "y"}, "Give the item&#39;s points"),
        ({"points": "inf", "sentence": "y"}, "Points are a number"),
        ({"points": "1", "sentence": " "}, "sentence"),
    ],
)
def test_a_bad_item_is_refused(
    instructor: TestClient, read: Readings, item: int, data: dict, said: str
) -> None:
    for path in (RUBRIC, f"{RUBRIC}/{item}"):
        answer = post(instructor, path, data)
        assert answer.status_code == 400 and said in answer.text
    assert len(read.rubric(*WHERE)) == 3 and read.item(item).points == 1


def test_an_item_of_another_rubric_is_not_found(instructor: TestClient, read: Readings) -> None:
    assert instructor.get(f"{PREFIX}{RUBRIC}/99/preview").status_code == 404
    assert post(instructor, f"{RUBRIC}/99", {"points": "1"}).status_code == 404
