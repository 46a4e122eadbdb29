"""Dates, the late policy and extensions, as instructors change them on the desk."""

import pytest
from starlette.testclient import TestClient

from kireji.course import calendar_store
from kireji.course.calendar import AssignmentDates
from kireji.hub.desk_service import PREFIX
from tests.desk.forms import post
from tests.desk.small_class import DUE, SmallClass


def dates(small_class: SmallClass) -> AssignmentDates:
    return calendar_store.read(small_class.course.root).of("toy")


def test_dates_are_changed_and_written_down(
    instructor: TestClient, small_class: SmallClass
) -> None:
    fields = {
        "release": "2026-09-01 09:00",
        "due": "2026-09-20",
        "closes": "2026-09-25 12:00+00:00",
    }
    assert "The dates are kept." in post(instructor, "assignments/toy/dates", fields).text
    zone = calendar_store.read(small_class.course.root).zone
    after = dates(small_class)
    assert after.due and after.due.astimezone(zone).strftime("%F %H:%M") == "2026-09-20 23:59"
    assert after.closes and after.closes.isoformat() == "2026-09-25T12:00:00+00:00"
    events = [event for event in small_class.course.audit.read() if event["who"] == "ines"]
    assert {event["what"] for event in events} >= {
        "changed the due date",
        "changed the closes date",
    }


def test_a_bad_date_says_what_is_expected(instructor: TestClient, small_class: SmallClass) -> None:
    for fields, said in (
        ({"release": "", "due": "soon", "closes": ""}, "Expected a date such as"),
        ({"due": "2026-09-20", "closes": "2026-09-01"}, "is before"),
    ):
        answer = post(instructor, "assignments/toy/dates", fields)
        assert answer.status_code == 400
        assert said in answer.text
    assert dates(small_class).due == DUE


def test_the_late_policy_is_changed(instructor: TestClient, small_class: SmallClass) -> None:
    fields = {"rate": "percent_per_day", "amount": "10", "cap": "50", "grace": "15"}
    answer = post(instructor, "assignments/toy/late", fields)
    assert "Each day late costs 10% of the points reached, at most 50%." in answer.text
    late = dates(small_class).late
    assert (late.amount, late.cap, late.grace.total_seconds()) == (10, 50, 900)
    post(instructor, "assignments/toy/late", {"rate": ""})
    assert dates(small_class).late.amount == 0


def test_a_student_is_extended_and_back(instructor: TestClient, small_class: SmallClass) -> None:
    post(instructor, "students/bob/extensions/toy", {"until": "2026-09-30 12:00+00:00"})
    assert dates(small_class).extensions["bob"].isoformat() == "2026-09-30T12:00:00+00:00"
    assert "(extended)" in instructor.get(f"{PREFIX}students/bob").text
    post(instructor, "students/bob/extensions/toy", {"until": ""})
    assert not dates(small_class).extensions


def test_an_extension_is_later_than_the_due_date(instructor: TestClient) -> None:
    answer = post(instructor, "students/bob/extensions/toy", {"until": "2026-09-02"})
    assert answer.status_code == 400
    assert "is not later than the due date" in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "assignments/toy/dates",
        "assignments/toy/late",
        "students/bob/extensions/toy",
        "students/bob/password",
    ],
)
def test_an_assistant_changes_no_dates(
    assistant: TestClient, small_class: SmallClass, address: str
) -> None:
    before = calendar_store.path_of(small_class.course.root).read_text()
    answer = post(assistant, address, {"due": "2027-01-01", "until": "2027-01-01"})
    assert answer.status_code == 403
    assert "Assistants read and grade" in answer.text
    assert calendar_store.path_of(small_class.course.root).read_text() == before
