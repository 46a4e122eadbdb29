"""The index of reports: what is written is what is read."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from kireji.report_index.writer import KeptReport
from tests.report_index.made_up import (
    MONDAY,
    empty_index,
    made_up_report,
    made_up_test,
    metric,
    record,
)


@pytest.fixture
def index(tmp_path):
    return empty_index(tmp_path)


def test_an_attempt_is_read_as_it_was_recorded(index) -> None:
    report = made_up_report(
        {"a": (6.0, [made_up_test("t1", 0.5, weight=2), made_up_test("t2", 0.0, diagnosis="d")])},
        for_instructor=["The hidden test t2 failed."],
    )
    index.record(KeptReport(report, "ada", MONDAY, late_seconds=60.0))
    (attempt,) = index.attempts()
    assert (attempt.student, attempt.number, attempt.came) == ("ada", 1, MONDAY)
    assert (attempt.score, attempt.max_score, attempt.late) == (2.0, 6.0, True)
    assert attempt.counts and attempt.for_instructor == ("The hidden test t2 failed.",)
    first, second = index.tests("one")
    assert (first.cell, first.name, first.title) == ("a", "t1", "Title of t1")
    assert (first.points, first.max_points, first.status) == (2.0, 4.0, "partly")
    assert (second.points, second.max_points, second.diagnosis) == (0.0, 2.0, "d")


def test_attempts_are_numbered_as_they_came(index) -> None:
    for hours in (2, 0, 1):
        record(index, "ada", {"t": 1.0}, hours)
    record(index, "bob", {"t": 1.0}, 5)
    assert [(row.student, row.number) for row in index.attempts("one")] == [
        ("ada", 1),
        ("ada", 2),
        ("ada", 3),
        ("bob", 1),
    ]
    assert [row.came for row in index.attempts(student="ada")] == [
        MONDAY + timedelta(hours=hours) for hours in (0, 1, 2)
    ]


def test_recording_again_replaces_the_attempt(index) -> None:
    record(index, "ada", {"t": 0.0, "gone": 1.0})
    record(index, "ada", {"t": 1.0})
    assert [row.score for row in index.attempts()] == [4.0]
    assert [(row.name, row.points) for row in index.tests("one")] == [("t", 4.0)]


def test_one_attempt_of_each_student_counts(index) -> None:
    record(index, "ada", {"t": 0.0}, 0)
    record(index, "ada", {"t": 1.0}, 1)
    record(index, "ada", {"t": 0.5}, 2, counts=False)
    record(index, "bob", {"t": 0.0}, 0)
    assert [(row.student, row.number) for row in index.latest("one")] == [("ada", 2), ("bob", 1)]
    assert [(row.student, row.points) for row in index.tests("one")] == [("ada", 4.0), ("bob", 0.0)]
    assert [row.points for row in index.tests("one", "ada", attempt=3)] == [2.0]


def test_an_attempt_without_a_time_is_kept_once(index) -> None:
    for fraction in (0.0, 1.0):
        report = made_up_report({"a": (1.0, [made_up_test("t", fraction)])})
        index.record(KeptReport(report, "ada", None))
    assert [(row.came, row.score) for row in index.attempts()] == [(None, 1.0)]


def test_a_reworded_title_holds_for_earlier_attempts(index) -> None:
    record(index, "ada", {"t": 0.0})
    report = made_up_report({"t": (4.0, [made_up_test("t")])})
    report.cells[0].tests[0].title = "A clearer title"
    index.record(KeptReport(report, "bob", MONDAY))
    assert {row.title for row in index.tests("one")} == {"A clearer title"}


def test_a_cell_without_tests_has_no_rows(index) -> None:
    index.record(KeptReport(made_up_report({"a": (3.0, [])}), "ada", MONDAY))
    assert index.tests("one") == [] and len(index.latest("one")) == 1


def test_metrics_of_the_attempts_that_count(index) -> None:
    for student, values in {"ada": [12.0, 25.0], "bob": [None], "eve": [31.5]}.items():
        for hours, value in enumerate(values):
            test = made_up_test("bleu", 0.5, metrics=[metric(value)])
            report = made_up_report({"a": (4.0, [test, made_up_test("other")])})
            index.record(KeptReport(report, student, MONDAY + timedelta(hours=hours)))
    (found,) = index.metrics("one")
    assert (found.metric, found.baseline, found.target) == ("BLEU", 10.0, 30.0)
    assert found.by_student == {"ada": 25.0, "eve": 31.5}


def test_distribution_of_scores(index) -> None:
    assert index.distribution("one") is None
    for student, fraction in zip("abcde", (0, 0.25, 0.5, 0.75, 1), strict=True):
        record(index, student, {"t": fraction})
    found = index.distribution("one")
    assert found.scores == [0, 1, 2, 3, 4]
    assert (found.lower_quartile, found.median, found.upper_quartile) == (1, 2, 3)
    assert (found.mean, found.max_score) == (2, 4)
    assert [count for _, _, count in found.bins] == [1, 0, 1, 0, 0, 1, 0, 1, 0, 1]
    assert (found.bins[0][0], found.bins[-1][1]) == (0, 4)


def test_distribution_of_one_student(index) -> None:
    record(index, "ada", {"t": 0.5})
    found = index.distribution("one")
    assert (found.lower_quartile, found.median, found.upper_quartile) == (2, 2, 2)


def test_a_forgotten_student_leaves_no_row(index) -> None:
    record(index, "ada", {"t": 0.0})
    record(index, "bob", {"t": 0.0})
    index.forget("ada")
    assert {row.student for row in index.attempts()} == {"bob"}
    with closing(sqlite3.connect(index.path)) as database:
        assert database.execute("SELECT count(*) FROM results").fetchone() == (1,)


def test_an_index_of_another_version_is_made_again(index) -> None:
    record(index, "ada", {"t": 0.0})
    with closing(sqlite3.connect(index.path)) as database:
        database.execute("PRAGMA user_version = 99")
        database.commit()
    again = empty_index(index.course.root)
    assert again.attempts() == []
    record(again, "ada", {"t": 0.0})
    assert len(again.attempts()) == 1


def test_rebuild_is_all_or_nothing(index) -> None:
    def broken():
        yield KeptReport(made_up_report({"a": (1.0, [made_up_test("t")])}), "ada", MONDAY)
        raise ValueError("a report that cannot be read")

    with pytest.raises(ValueError):
        index.rebuild(broken())
    assert index.attempts() == []
