"""What the first page says of the class."""

from starlette.testclient import TestClient

from kireji.desk import charts, overview
from kireji.desk.desk import Desk
from kireji.hub.desk_service import PREFIX
from tests.desk.small_class import DUE, HOSTILE, SmallClass


def test_a_row_counts_the_class(small_class: SmallClass) -> None:
    (row,) = overview.rows(Desk(small_class.course, small_class.config))
    most = sum(small_class.points.values())
    assert (row.enrolled, row.handed_in, row.graded, row.returned) == (4, 3, 3, 1)
    assert (row.to_read, row.answers) == (1, 1)
    assert row.waiting == ["carol"]
    assert row.unreturned == ["bob", "carol"]
    assert sorted(row.scores) == [most / 4 - 0.5, most / 2, most]
    assert row.median == most / 2
    assert row.dates.due == DUE


def test_what_needs_a_person_has_its_button(instructor: TestClient) -> None:
    page = instructor.get(PREFIX).text
    for words in ("Grade 1 new", "Read 1 answer", "Return 2"):
        assert words in page
    assert HOSTILE not in page


def test_what_lies_in_the_exchange_waits_too(small_class: SmallClass) -> None:
    inbound = small_class.course.exchange / "kireji" / "inbound" / "dan"
    (inbound / "dan+toy+2026-09-10 12:00:00 UTC").mkdir()
    (row,) = overview.rows(Desk(small_class.course, small_class.config))
    assert row.waiting == ["carol", "dan"]


def test_an_empty_class_says_what_to_do(instructor: TestClient, small_class: SmallClass) -> None:
    small_class.course.gradebook.unlink()
    page = instructor.get(PREFIX).text
    assert "The class is empty" in page
    assert "no grades yet" in page


def test_a_histogram_counts_every_score() -> None:
    found = charts.bins([0, 1, 9.99, 10, 10], 10)
    assert [one.count for one in found] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 3]
    assert "&lt;b&gt;" in charts.histogram([1], 10, "<b>")
