"""Random calendars against a slow, obvious model; and the cases one would ask about."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.course.calendar import AssignmentDates, Calendar, Dates
from kireji.course.late_policy import LatePolicy
from tests.course.slow_calendar import SlowStudent, at, is_released

BERLIN = ZoneInfo("Europe/Berlin")
# both changes of the clocks, half an hour of change, a change at midnight, none
ZONES = ("Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata")
NAMES = ("one", "three", "two")
NEAR_CHANGES = st.sampled_from(
    [datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 28), (4, 4), (9, 5), (10, 24))]
)
minutes = st.integers(0, 4 * 24 * 60).map(lambda count: timedelta(minutes=count))


@st.composite
def policies(draw):
    return LatePolicy(
        amount=draw(st.sampled_from([0.0, 0.5, 7.0, 30.0])),
        unit=draw(st.sampled_from(["points", "percent"])),
        per=draw(st.sampled_from(["day", "hour"])),
        cap=draw(st.sampled_from([None, 0.0, 20.0])),
        grace=draw(st.sampled_from([timedelta(), timedelta(minutes=15), timedelta(days=1)])),
        late_days_here=draw(st.sampled_from([None, 0, 1])),
    )


@st.composite
def terms(draw):
    """A calendar of three assignments, and when one student hands each in."""
    start, late_days = draw(NEAR_CHANGES), draw(st.integers(0, 3))
    dates, came = {}, {}
    for name in NAMES:
        due = start + draw(minutes) if draw(st.integers(0, 5)) else None
        extensions = {"alice": start + draw(minutes)} if due and draw(st.booleans()) else {}
        policy = draw(policies())
        dates[name] = AssignmentDates(
            due=due,
            closes=due + draw(minutes) if due and draw(st.booleans()) else None,
            extensions=extensions,
            late=LatePolicy(**(vars(policy) | {"late_days": late_days})),
        )
        came[name] = (
            start + draw(minutes) + draw(st.sampled_from([timedelta(), timedelta(seconds=1)]))
        )
    return Calendar(ZoneInfo(draw(st.sampled_from(ZONES))), dates), came, late_days


@settings(deadline=None, max_examples=60)
@given(terms(), st.floats(0, 100))
def test_lateness_and_its_cost_are_those_of_the_slow_model(term, points):
    calendar, came, late_days = term
    found = calendar.all_lateness("alice", came)
    slow = SlowStudent(calendar.zone, late_days)
    for name in sorted(NAMES, key=lambda name: (came[name], name)):
        said, policy = calendar.assignments[name], calendar.assignments[name].late
        due = max([one for one in (said.due, said.extensions.get("alice")) if one], default=None)
        assert found[name].dates.due == due
        spent, lost = slow.hand_in(
            due,
            policy.grace,
            came[name],
            policy.amount,
            policy.unit,
            policy.per,
            policy.cap,
            policy.late_days_here,
            points,
        )
        assert found[name].days_spent == spent
        assert abs(found[name].cost(points) - lost) < 1e-9
        assert found[name].late == (due is not None and came[name] > due + policy.grace)
        last = said.closes and max(said.closes, due)
        assert found[name].refused == (last is not None and came[name] > last)


@given(st.lists(st.integers(0, 50), min_size=3, max_size=3), st.booleans())
def test_of_release_and_withdrawal_the_last_that_is_past_holds(hours, withdrawn):
    release, withdraw, now = (datetime(2026, 3, 28, tzinfo=UTC) + timedelta(hours=n) for n in hours)
    dates = Dates(release, None, None, withdrawn=withdraw if withdrawn else None)
    events = [("release", release)] + ([("withdraw", withdraw)] if withdrawn else [])
    assert dates.is_released(now) == is_released(events, now)


def test_a_day_late_is_the_same_time_on_the_next_day_though_clocks_change():
    due = at("2026-10-24 23:59", BERLIN)
    policy = LatePolicy(amount=10)
    assert policy.periods_begun(due, at("2026-10-25 23:59", BERLIN), BERLIN) == 1  # 25 hours
    assert policy.periods_begun(due, at("2026-10-26 00:00", BERLIN), BERLIN) == 2


def test_an_assignment_stays_open_until_an_extension():
    due = datetime(2026, 5, 1, tzinfo=UTC)
    later = due + timedelta(days=9)
    calendar = Calendar(
        assignments={"one": AssignmentDates(due=due, closes=due, extensions={"alice": later})}
    )
    assert calendar.dates("one", "alice").closes == later
    assert calendar.dates("one", "alice").extended and not calendar.dates("one", "bob").extended
    assert calendar.lateness("one", "bob", later).refused
    assert not calendar.lateness("one", "alice", later).refused


def test_what_the_calendar_does_not_name_is_never_released_nor_due():
    dates = Calendar().dates("one", "alice")
    assert not dates.is_released(datetime.now(UTC)) and dates.due is None
    assert not Calendar().lateness("one", "alice", datetime.now(UTC)).late


def test_lateness_says_by_whose_clock_which_rule_and_what_it_cost():
    due = at("2026-10-24 12:00", BERLIN)
    calendar = Calendar(
        BERLIN, {"one": AssignmentDates(due=due, late=LatePolicy(amount=10, cap=50))}
    )
    late = calendar.lateness("one", "alice", at("2026-10-25 14:00", BERLIN))
    assert late.sentence(BERLIN, late.cost(80)) == (
        "Handed in 1 day 3 hours late: at Sun 25 Oct 2026, 14:00 CET by the server's clock, and the"
        " due time was Sat 24 Oct 2026, 12:00 CEST. Each day late costs 10% of the points reached,"
        " at most 50%. 16 points were taken off."
    )
    assert calendar.lateness("one", "alice", due).sentence(BERLIN) == ""
