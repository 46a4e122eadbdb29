"""What a student is told of the calendar: released assignments, their own dates, nothing else."""

import json
from datetime import UTC, datetime, timedelta

from kireji.course.calendar import AssignmentDates, Calendar
from kireji.course.late_policy import LatePolicy
from kireji.exchange.calendar_note import leave_calendar
from kireji.exchange.student_server.kireji_calendar import (
    CALENDAR_FILE,
    lateness,
    read_calendar,
    refusal,
)

DUE = datetime(2026, 9, 14, 21, 59, tzinfo=UTC)
DAY = timedelta(days=1)
CALENDAR = Calendar(
    assignments={
        "toy": AssignmentDates(
            release=DUE - 9 * DAY,
            due=DUE,
            closes=DUE + 2 * DAY,
            extensions={"alice": DUE + DAY, "bob": DUE + 5 * DAY},
            late=LatePolicy(amount=10, grace=timedelta(minutes=5)),
        ),
        "secret": AssignmentDates(release=DUE + DAY),
        "withdrawn": AssignmentDates(release=DUE - DAY, withdrawn=DUE - DAY),
    }
)


def told(tmp_path, student):
    folder = tmp_path / student / "kireji" / "feedback"
    folder.mkdir(parents=True)
    assert leave_calendar(folder, CALENDAR, student, DUE)
    assert not leave_calendar(folder, CALENDAR, student, DUE)
    return read_calendar(tmp_path / student, "kireji"), (folder / CALENDAR_FILE).read_text()


def test_a_student_is_told_of_released_assignments_and_of_themselves_only(tmp_path):
    known, text = told(tmp_path, "alice")
    assert list(known) == ["toy"]
    assert known["toy"]["due"] == (DUE + DAY).timestamp() and known["toy"]["extended"]
    for other in ("bob", "secret", "withdrawn", str((DUE + 5 * DAY).timestamp())):
        assert other not in text
    assert json.loads(text)["timezone"] == "UTC"


def test_late_and_closed_are_said_in_a_sentence(tmp_path):
    toy = told(tmp_path, "carol")[0]["toy"]
    grace = DUE + timedelta(minutes=5)
    assert lateness(toy, grace.timestamp()) == "" == refusal(toy, (DUE + 2 * DAY).timestamp())
    assert lateness(toy, grace.timestamp() + 1) == (
        "This is late: the due time was Mon 14 Sep 2026, 21:59 UTC. Each day late costs 10% of the"
        " points reached. 5 minutes after the due time are not late."
    )
    assert refusal(toy, (DUE + 2 * DAY).timestamp() + 1) == (
        "it was closed on Wed 16 Sep 2026, 21:59 UTC. Ask your instructor for an extension."
    )


def test_a_server_without_a_note_knows_nothing(tmp_path):
    assert read_calendar(tmp_path, "kireji") == {}
