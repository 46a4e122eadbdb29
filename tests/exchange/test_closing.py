"""After closing nothing is collected, by the server's clock; an extension lets it in."""

from datetime import UTC, datetime, timedelta

import pytest

from kireji.course import calendar_store as store
from kireji.exchange.attempt_status import sentences
from kireji.exchange.attempts import Attempts, AttemptState, GradeOnSubmit
from tests.support.exchange_without_hub import collect, place, submitted, write  # noqa: F401

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


def close(place, closes, **extensions):
    """Due and closed at `closes`; extensions: student -> due time."""
    course = place / "course"
    (course / "source" / "toy").mkdir(parents=True, exist_ok=True)
    (course / "source" / "toy" / "toy.ipynb").touch()
    (course / "var").mkdir(exist_ok=True)
    store.set_dates(course, "toy", due=closes, closes=closes)
    for student, due in extensions.items():
        store.extend(course, "toy", [student], due)


@pytest.mark.parametrize("at_once", [True, False])
def test_what_came_after_closing_is_kept_and_not_collected(place, at_once):
    close(place, NOW - HOUR, bob=NOW + 5 * HOUR)
    for student in ("alice", "bob"):
        write(place, student)
    assert collect(place, at_once=at_once, update=True) == ["bob"]
    attempts = Attempts(place / "course", "alice", "toy")
    assert [one.state for one in attempts.all()] == [AttemptState.AFTER_CLOSING]
    assert sentences(attempts, GradeOnSubmit(), None, attempts.all()[0].came) == [
        "Your attempt 1 came after closing, so it is kept and not graded."
    ]
    note = place / "exchange" / "kireji" / "feedback" / "alice" / "attempts.json"
    assert "came after closing" in note.read_text()
    close(place, NOW - HOUR, alice=NOW + 5 * HOUR)
    assert collect(place, at_once=at_once, update=True) == ["alice", "bob"]


def test_what_was_collected_before_stays(place):
    write(place, "alice", files={"toy.ipynb": "first", "submission_secret.txt": "secret"})
    assert collect(place) == ["alice"]
    close(place, NOW - HOUR)
    write(
        place,
        "alice",
        name="2026-01-02 00:00:00.000000 UTC+y",
        files={"toy.ipynb": "second", "submission_secret.txt": "secret"},
    )
    assert collect(place, update=True) == ["alice"]
    assert submitted(place, "alice") == "first"


def test_the_list_says_how_late_an_attempt_is(place):
    close(place, NOW - 30 * HOUR)
    store.set_dates(place / "course", "toy", due=NOW - 30 * HOUR, closes=None)
    write(place, "alice")
    collect(place, at_once=True)
    note = place / "exchange" / "kireji" / "feedback" / "alice" / "attempts.json"
    assert "graded on arrival, 1 day 6 hours late" in note.read_text()
