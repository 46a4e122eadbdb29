"""Attempts as the course keeps them: what is decided about them, how many are left, which go when
there is no room."""

from datetime import datetime, timedelta

import pytest

from kireji.exchange import attempts as keeping
from kireji.exchange.attempt_status import left
from kireji.exchange.attempts import Attempts, AttemptState, GradeOnSubmit

NOON = datetime(2026, 3, 1, 12)


@pytest.fixture
def alice(tmp_path):
    """Hers at the toy; `alice.hand_in(hour)` adds one."""
    alice = Attempts(tmp_path, "alice", "toy")

    def hand_in(hour, name=None):
        came = NOON + timedelta(hours=hour)

        def fill(folder):
            folder.mkdir(parents=True)
            (folder / "toy.ipynb").write_text(f"at {hour}")
            return came

        alice.keep(name or f"alice+toy+{hour}", came, fill)

    alice.hand_in = hand_in
    return alice


def settings(**given):
    chosen = GradeOnSubmit(attempts=2, hours=24)
    for name, value in given.items():
        setattr(chosen, name, value)
    return chosen


def decided(alice):
    return [attempt.state for attempt in alice.all()]


def test_each_is_kept_once(alice):
    for _ in range(2):
        alice.hand_in(0)
    alice.hand_in(1)
    assert [(attempt.path / "toy.ipynb").read_text() for attempt in alice.all()] == ["at 0", "at 1"]


def test_one_that_was_cut_short_is_none(alice):
    with pytest.raises(OSError):
        alice.keep(
            "alice+toy+x",
            NOON,
            lambda folder: (folder.mkdir(parents=True), (folder / "nowhere" / "x").write_text("")),
        )
    assert alice.all() == [] and list(alice.folder.iterdir()) == []


def test_attempts_are_counted_in_the_hours_before_now(alice):
    for hour in (0, 1, 2):
        alice.hand_in(hour)
        alice.decide_new(settings(), NOON + timedelta(hours=hour))
    assert decided(alice) == [
        AttemptState.GRADED_AT_ONCE,
        AttemptState.GRADED_AT_ONCE,
        AttemptState.WAITING,
    ]
    assert left(alice, settings(), NOON + timedelta(hours=3)) == (
        "None of 2 attempts in 24 hours left; the next one is free at 12:00 UTC on 2 March."
    )
    assert (
        left(alice, settings(), NOON + timedelta(hours=24.5)) == "1 of 2 attempts in 24 hours left."
    )
    assert alice.free_at(settings(), NOON + timedelta(hours=24.5)) is None
    assert (
        left(alice, settings(attempts=0), NOON) == ""
        and alice.left(settings(attempts=0), NOON) is None
    )


def test_what_arrived_together_costs_one_attempt_where_the_last_counts(alice):
    for hour in (0, 1, 2):
        alice.hand_in(hour)
    alice.decide_new(settings(), NOON + timedelta(hours=3))
    assert decided(alice) == [
        AttemptState.WAITING,
        AttemptState.WAITING,
        AttemptState.GRADED_AT_ONCE,
    ]


def test_and_as_many_as_are_left_where_the_best_counts(alice):
    for hour in (0, 1, 2):
        alice.hand_in(hour)
    alice.decide_new(settings(counts="best"), NOON + timedelta(hours=3))
    assert decided(alice) == [
        AttemptState.WAITING,
        AttemptState.GRADED_AT_ONCE,
        AttemptState.GRADED_AT_ONCE,
    ]


def test_where_there_is_no_room_what_never_counted_goes_first(alice, monkeypatch):
    monkeypatch.setattr(keeping, "MAX_KEPT", 4)
    for hour, what in enumerate(
        (
            AttemptState.GRADED_AT_ONCE,
            AttemptState.WAITING,
            AttemptState.LET_IN,
            AttemptState.WAITING,
        )
    ):
        alice.hand_in(hour)
        alice.decide(alice.all()[-1], what)
    for hour in (4, 5, 6):
        alice.hand_in(hour, name="of another name")
    assert [attempt.came.hour - 12 for attempt in alice.all()] == [0, 2, 5, 6]
    alice.weigh({alice.all()[1].path.name: 20.0, alice.all()[0].path.name: 10.0})
    for hour in (7, 8, 9):
        alice.hand_in(hour)
        alice.decide(alice.all()[-1], AttemptState.GRADED_AT_ONCE)
    assert 2 in [attempt.came.hour - 12 for attempt in alice.all()], (
        "the best one is never given up"
    )
