"""What lateness costs in the gradebook: by the calendar, by extension, with late days; and by
nbgrader's own settings where the calendar says nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from traitlets.config import Config

from kireji.course import calendar_store as store
from kireji.nbgrader_plugins.late_penalty import CalendarLatePenalty, penalty

DUE = datetime(2026, 9, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = """\
timezone = "UTC"
[late]
percent_per_day = 10
grace_minutes = 30
late_days = 1
[assignments.one]
due = 2026-09-14T12:00:00
[assignments.one.extensions]
bob = 2026-09-16T12:00:00
[assignments.two]
due = 2026-09-14T12:00:00
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Gradebook:
    """alice handed in "two" an hour late."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    book = Gradebook(f"sqlite:///{path}", "kireji")
    for name in ("one", "two", "old"):
        book.add_assignment(name, duedate=DUE.replace(tzinfo=None))
    for name in ("alice", "bob", "carol"):
        book.add_student(name)
    book.add_submission("two", "alice", timestamp=(DUE + HOUR).replace(tzinfo=None))
    book.add_submission("old", "carol", extension=timedelta(days=1))
    yield book
    book.close()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    for name in ("one", "two", "old"):
        (tmp_path / "source" / name).mkdir(parents=True)
        (tmp_path / "source" / name / f"{name}.ipynb").touch()
    (tmp_path / "var").mkdir()
    store.path_of(tmp_path).write_text(RULES)
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    config.AssignLatePenalties.plugin_class = CalendarLatePenalty
    return config


@pytest.mark.parametrize(
    ("student", "hours", "lost"),
    [
        ("carol", 0.5, None),  # within the grace period
        ("carol", 1, None),  # by the late day
        ("carol", 25, 5.0),
        ("alice", 0.9, None),  # "two" came later: the late day is spent on this one
        ("alice", 2, 5.0),  # it was spent on "two"
        ("alice", 25, 10.0),
        ("bob", 48, None),  # the extension
        ("bob", 73, 5.0),  # the second day after it; the first is the late day
        ("nobody yet", 25, 5.0),  # graded for the first time
    ],
)
def test_the_calendars_rule_decides(book, config, student, hours, lost) -> None:
    assert penalty(config, book, "one", student, 50.0, DUE + hours * HOUR) == lost


def test_without_a_date_in_the_calendar_nbgraders_settings_hold(book, config) -> None:
    config.LateSubmissionPlugin.penalty_method = "zero"
    assert penalty(config, book, "old", "alice", 50.0, DUE + HOUR) == 50.0
    assert penalty(config, book, "old", "carol", 50.0, DUE + 23 * HOUR) is None
    assert penalty(config, book, "old", "carol", 50.0, DUE + 25 * HOUR) == 50.0
    config.LateSubmissionPlugin.penalty_method = "none"
    assert penalty(config, book, "old", "alice", 50.0, DUE + HOUR) is None


def test_a_plugin_of_the_courses_own_is_asked(book, config) -> None:
    class SecondsLate(CalendarLatePenalty):
        def late_submission_penalty(self, student_id, score, total_seconds_late):
            return total_seconds_late / 3600

    config.AssignLatePenalties.plugin_class = SecondsLate
    assert penalty(config, book, "one", "carol", 50.0, DUE + 2 * HOUR) == 2.0
    assert penalty(config, book, "one", "bob", 50.0, DUE + 50 * HOUR) == 2.0
