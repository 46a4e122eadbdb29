"""calendar.toml: refused with line and reason, edited with its comments kept; and reading dates."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from kireji.course import calendar_store as store
from kireji.course.calendar_file import CalendarError, parse
from kireji.course.moments import MomentError, read, show, zone
from kireji.errors import KirejiError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 9, 1, 7, tzinfo=UTC)
GOOD = """\
timezone = "Europe/Berlin"   # ours
[assignments.toy]
due = 2026-09-14  # a Monday
"""


@pytest.fixture
def course(tmp_path):
    for name in ("toy", "toy_two"):
        (tmp_path / "source" / name).mkdir(parents=True)
        (tmp_path / "source" / name / f"{name}.ipynb").touch()
    (tmp_path / "var").mkdir()
    return tmp_path


def write(course, text):
    store.path_of(course).write_text(text)


def test_the_first_calendar_releases_what_it_is_told(course, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    calendar = store.begin(course, ["toy"], NOW)
    assert calendar.zone.key == "Asia/Tokyo" and calendar.released(NOW) == ["toy"]
    assert store.begin(course, ["toy_two"], NOW) == calendar


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("due = ", 4, "Invalid value"),
        ("dou = 2026-01-01", 4, "Did you mean due?"),
        ("closes = 2026-09-13", 4, "'closes' is before 'due'"),
        ("release = 'soon'", 4, "is no date"),
        ("closes = 2026-10-25T02:30:00", 4, "exists twice"),
        ("\n\n[assignments.toi]", 6, "Did you mean toy?"),
        ("[late]\npercent_per_day = '10'", 5, "Expected a number"),
        ("[late]\npercent_per_day = 1\npoints_per_day = 1", 6, "one rate"),
        ("[grading]\ncounts = 'first'", 5, 'Expected "last" or "best"'),
        ("[assignments.toy_two.extensions]\nalice = 2026-09-15", 4, "need a 'due' date"),
    ],
)
def test_a_bad_file_is_refused_whole_and_the_last_good_one_holds(course, text, line, reason):
    write(course, GOOD)
    before = store.read(course)
    write(course, GOOD + text + "\n")
    assert store.read(course) == before
    assert f"line {line}" in store.problem(course) and reason in store.problem(course)
    with pytest.raises(CalendarError):
        store.set_dates(course, "toy", due=NOW)
    assert text in store.path_of(course).read_text()


def test_a_bad_file_without_a_good_one_before_is_an_error(course):
    write(course, "timezone = 1")
    with pytest.raises(CalendarError, match="line 1"):
        store.read(course)


def test_edits_keep_comments(course):
    write(course, GOOD)
    store.extend(course, "toy", ["alice", "b.c@d.org"], read("2026-09-20", BERLIN))
    store.set_dates(course, "toy_two", release=NOW, due=read("2026-10-25 02:30+01:00", BERLIN))
    calendar, text = store.read(course), store.path_of(course).read_text()
    assert "# ours" in text and "# a Monday" in text
    assert calendar.dates("toy", "b.c@d.org").due == read("2026-09-20 23:59", BERLIN)
    assert calendar.dates("toy_two").due == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    store.extend(course, "toy", ["alice", "b.c@d.org"], None)
    store.set_dates(course, "toy", due=None)
    assert store.read(course).dates("toy", "alice").due is None


def test_an_edit_that_would_not_be_right_changes_nothing(course):
    write(course, GOOD)
    with pytest.raises(CalendarError, match="Nothing was changed"):
        store.set_dates(course, "toy", closes=NOW)
    assert store.path_of(course).read_text() == GOOD


def test_an_assignment_has_the_rules_of_the_course_but_for_its_own():
    calendar = parse(
        "[late]\npercent_per_day = 10\ncap = 50\nlate_days = 3\n[grading]\nattempts = 4\n"
        "[assignments.toy.late]\npoints_per_hour = 1\nlate_days = 1\n"
        "[assignments.toy.grading]\ncounts = 'best'\n[assignments.other]\n"
    )
    toy, other = calendar.of("toy"), calendar.of("other")
    assert (toy.late.amount, toy.late.unit, toy.late.per, toy.late.cap) == (
        1,
        "points",
        "hour",
        None,
    )
    assert (toy.late.late_days, toy.late.late_days_here) == (3, 1)
    assert (toy.grading.attempts, toy.grading.counts) == (4, "best")
    assert other.late == calendar.late and other.grading == calendar.grading


def test_a_time_that_clocks_skip_or_show_twice_is_said():
    with pytest.raises(MomentError, match=r"does not exist in Europe/Berlin.* 2026-03-29 03:30"):
        read("2026-03-29 02:30", BERLIN)
    with pytest.raises(MomentError, match=r"exists twice.*02:30\+02:00.*02:30\+01:00"):
        read("2026-10-25 02:30", BERLIN)
    second = read("2026-10-25 02:30+01:00", BERLIN)
    assert show(second, BERLIN) == "Sun 25 Oct 2026, 02:30 CET"


@pytest.mark.parametrize(
    "said", ["", "soon", "2026-02-30", "2026-01-01 25:00", "9999-12-31 23:59-12:00"]
)
def test_what_is_no_date_is_said(said):
    with pytest.raises(MomentError, match="Expected a date such as"):
        read(said, BERLIN)


def test_names_are_guessed(course):
    with pytest.raises(MomentError, match=r"Did you mean Europe/Berlin\?"):
        zone("Europe/Berln")
    with pytest.raises(KirejiError, match=r"Did you mean toy_two\?"):
        store.assignment_named(course, "toy_tow")
    assert store.assignment_named(course, "toy") == "toy"
