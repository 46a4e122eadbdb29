"""The calendar applied to an exchange and a gradebook: releases at their time, withdrawals that
last, and changes by nbgrader's own tools."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook
from traitlets.config import Config

from kireji.course import calendar_store as store
from kireji.nbgrader_plugins import apply_calendar, release
from kireji.nbgrader_plugins.apply_calendar import apply

NOW = datetime(2026, 9, 1, 7, tzinfo=UTC)
DAY = timedelta(days=1)
DUE = NOW + 10 * DAY


class SmallCourse:
    """A course of two assignments in `root`, without a hub."""

    def __init__(self, root: Path) -> None:
        self.root, self.home = root, root / "exchange" / "kireji"
        for name in ("one", "two"):
            for folder in ("source", "release"):
                (root / folder / name).mkdir(parents=True)
                nbformat.write(new_notebook(), root / folder / name / f"{name}.ipynb")
        for name in ("outbound", "feedback/alice", "feedback/bob"):
            (self.home / name).mkdir(parents=True)
        (root / "exchange").chmod(0o777)
        (root / "var").mkdir()
        self.config = Config()
        self.config.CourseDirectory.root = str(root)
        self.config.CourseDirectory.course_id = "kireji"
        self.config.CourseDirectory.db_url = self.database = f"sqlite:///{root}/gradebook.db"
        self.config.Exchange.root = str(root / "exchange")

    def book(self) -> Gradebook:
        return Gradebook(self.database, "kireji")

    def apply(self, now: datetime = NOW) -> apply_calendar.Applied:
        return apply(self.config, now)

    @property
    def there(self) -> list[str]:
        return sorted(path.name for path in (self.home / "outbound").iterdir())

    def due(self, name: str) -> datetime | None:
        with self.book() as book:
            return book.find_assignment(name).duedate

    def told(self, student: str) -> dict:
        path = self.home / "feedback" / student / "calendar.json"
        return json.loads(path.read_text())["assignments"]


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two assignments, two students, one submission. nbgrader takes seconds to make a new one."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    with Gradebook(f"sqlite:///{path}", "kireji") as book:
        for name in ("one", "two"):
            book.add_assignment(name)
        for name in ("alice", "bob"):
            book.add_student(name)
        book.add_submission("one", "alice")
    return path


@pytest.fixture
def course(tmp_path: Path, gradebook: Path, monkeypatch: pytest.MonkeyPatch) -> SmallCourse:
    shutil.copy(gradebook, tmp_path)
    monkeypatch.setenv("TZ", "Europe/Berlin")
    return SmallCourse(tmp_path)


def test_an_untouched_new_course_releases_everything(course: SmallCourse) -> None:
    assert course.apply().released == ["one", "two"]
    assert course.there == ["one", "two"] == list(course.told("alice"))
    assert course.apply(NOW + DAY).sentences() == []


def test_a_course_from_before_the_calendar_keeps_what_is_released(course: SmallCourse) -> None:
    release.release(release.api(course.config), "two")
    with course.book() as book:
        book.find_assignment("two").duedate = DUE.replace(tzinfo=None)
        book.db.commit()
    applied = course.apply()
    assert course.there == ["two"] and applied.released == []
    assert store.read(course.root).dates("two").due == DUE


def test_releases_and_withdrawals_come_at_their_time(course: SmallCourse) -> None:
    store.begin(course.root, [], NOW)
    store.set_dates(course.root, "one", release=NOW + DAY, withdrawn=NOW + 2 * DAY)
    course.apply()
    assert course.there == [] == list(course.told("alice"))
    assert course.apply(NOW + DAY).released == ["one"] == course.there
    assert course.apply(NOW + 2 * DAY).withdrawn == ["one"] and course.there == []
    assert list(course.told("bob")) == []


def test_a_withdrawal_lasts_until_the_next_release(course: SmallCourse) -> None:
    course.apply()
    store.set_dates(course.root, "one", withdrawn=NOW)
    assert course.apply().withdrawn == ["one"]
    nbformat.write(new_notebook(metadata={"new": 1}), course.root / "release/one/one.ipynb")
    assert course.apply(NOW + 400 * DAY).sentences() == [] and course.there == ["two"]
    store.set_dates(course.root, "one", release=NOW + DAY, withdrawn=None)
    assert course.apply(NOW + DAY).released == ["one"]


def test_an_exchange_that_is_gone_is_filled_again(course: SmallCourse) -> None:
    course.apply()
    store.set_dates(course.root, "two", withdrawn=NOW)
    course.apply()
    for path in sorted(course.home.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    for name in ("outbound", "feedback"):
        (course.home / name).mkdir()
    assert course.apply().released == ["one"] == course.there


def test_a_release_and_a_withdrawal_by_nbgrader_go_into_the_calendar(course: SmallCourse) -> None:
    store.begin(course.root, ["one"], NOW)
    course.apply()
    nbgrader = release.api(course.config)
    release.release(nbgrader, "two")
    release.withdraw(nbgrader, "one")
    said = course.apply(NOW + DAY).said
    assert len(said) == 2 and all("with nbgrader" in sentence for sentence in said)
    assert course.there == ["two"] == store.read(course.root).released(NOW + 9 * DAY)


def test_nbgrader_has_the_due_dates_and_extensions_of_the_calendar(course: SmallCourse) -> None:
    course.apply()
    store.set_dates(course.root, "one", due=DUE)
    store.extend(course.root, "one", ["alice", "bob"], DUE + 3 * DAY)
    assert course.apply().said == []
    assert course.due("one") == DUE.replace(tzinfo=None)
    with course.book() as book:
        assert book.find_submission("one", "alice").extension == 3 * DAY
        book.add_submission("one", "bob")
    assert course.apply().said == []
    with course.book() as book:
        assert book.find_submission("one", "bob").extension == 3 * DAY
    assert course.told("alice")["one"]["extended"]


def test_due_dates_and_extensions_changed_by_nbgrader_are_kept(course: SmallCourse) -> None:
    course.apply()
    store.set_dates(course.root, "one", due=DUE)
    course.apply()
    with course.book() as book:
        book.find_assignment("one").duedate = (DUE + DAY).replace(tzinfo=None)
        book.find_assignment("two").duedate = DUE.replace(tzinfo=None)
        book.grant_extension("one", "alice", days=2)
        book.db.commit()
    said = course.apply().said
    assert len(said) == 3 and all("the calendar says so now" in sentence for sentence in said)
    calendar = store.read(course.root)
    assert calendar.dates("one").due == DUE + DAY and calendar.dates("two").due == DUE
    assert calendar.dates("one", "alice").due == DUE + 3 * DAY
    assert course.apply().said == []
    with course.book() as book:
        book.grant_extension("one", "alice")
        book.update_or_create_assignment("two", duedate=None)
    course.apply()
    assert not store.read(course.root).dates("one", "alice").extended
    assert store.read(course.root).dates("two").due is None


def test_where_both_changed_the_calendar_holds_and_it_is_said(course: SmallCourse) -> None:
    course.apply()
    store.set_dates(course.root, "one", due=DUE)
    course.apply()
    with course.book() as book:
        book.update_or_create_assignment("one", duedate=NOW.replace(tzinfo=None))
    store.set_dates(course.root, "one", due=DUE + DAY)
    assert "which holds" in course.apply().said[0]
    assert course.due("one") == (DUE + DAY).replace(tzinfo=None)


def test_a_bad_file_changes_nothing(course: SmallCourse) -> None:
    course.apply()
    path = store.path_of(course.root)
    path.write_text(path.read_text() + "\nnonsense\n")
    applied = course.apply(NOW + DAY)
    assert "The last good one holds." in applied.said[0] and course.there == ["one", "two"]
