"""Wrong passwords cost waiting: a little, more for more, never long, and only where they came
from."""

from kireji.hub.embedded import failed_sign_ins
from kireji.hub.embedded.failed_sign_ins import FailedSignIns


def failing(
    times: int, account: str = "alice", place: str = "here", start: float = 0
) -> FailedSignIns:
    kept = FailedSignIns()
    for number in range(times):
        kept.note(account, place, start + number)
    return kept


def test_a_few_slips_cost_nothing() -> None:
    assert failing(failed_sign_ins.FREE - 1).wait("alice", "here", 10) == 0


def test_more_cost_more_and_never_long() -> None:
    waits = [
        failing(times).wait("alice", "here", times - 1)
        for times in range(failed_sign_ins.FREE, failed_sign_ins.FREE + 12)
    ]
    assert waits[0] > 0 and waits == sorted(waits) and waits[-1] == failed_sign_ins.MAX_WAIT_SECONDS


def test_waiting_ends_by_itself() -> None:
    kept = failing(20)
    assert kept.wait("alice", "here", 19 + failed_sign_ins.MAX_WAIT_SECONDS) == 0
    assert (
        failing(failed_sign_ins.FREE).wait(
            "alice", "here", failed_sign_ins.WINDOW_SECONDS + failed_sign_ins.FREE
        )
        == 0
    )


def test_it_is_counted_where_it_came_from() -> None:
    kept = failing(20)
    assert kept.wait("alice", "elsewhere", 19) == 0
    assert kept.wait("bob", "here", 19) == 0


def test_a_place_that_tries_many_accounts_waits_too() -> None:
    kept = FailedSignIns()
    for number in range(failed_sign_ins.FREE_OF_PLACE):
        kept.note(f"student{number}", "here", 0)
    assert kept.wait("another", "here", 0) > 0
    assert kept.wait("another", "elsewhere", 0) == 0


def test_the_right_password_forgets() -> None:
    kept = failing(20)
    kept.forget("alice", "here")
    assert kept.wait("alice", "here", 19) == 0


def test_memory_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(failed_sign_ins, "MAX_KEYS", 100)
    kept = FailedSignIns()
    for number in range(500):
        kept.note(f"name{number}", f"place{number}", number)
    assert len(kept.failed) == 100
    assert sum(len(times) for times in failing(1000).failed.values()) < 200
