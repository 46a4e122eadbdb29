"""The pages of what the hidden tests found: results and metrics."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from kireji.desk import charts, overview
from kireji.desk.desk import Desk
from kireji.hub.desk_service import PREFIX
from kireji.report_index.index import open_index
from kireji.report_index.writer import KeptReport
from kireji.testing.report import CellReport, Metric, Report, TestReport
from tests.desk.small_class import HOSTILE, NOW, SmallClass


@pytest.fixture
def indexed(small_class: SmallClass) -> SmallClass:
    """A test that two of four pass, whose failures have one diagnosis; bob mends it."""
    index = open_index(small_class.course)
    attempts = [("alice", 1.0), ("bob", 0.0), ("bob", 1.0), ("carol", 0.0), ("dan", 0.0)]
    for number, (student, fraction) in enumerate(attempts):
        test = TestReport(
            "test_double",
            f"Doubles {HOSTILE}",
            "passed" if fraction else "failed",
            fraction,
            1.0,
            "",
            diagnosis="" if fraction else "squares",
            metrics=[Metric("BLEU", 20.0 + number, 10.0, 30.0)],
        )
        broken = ["A hidden test failed itself."] if student == "dan" else []
        report = Report(
            "toy", fraction, 1.0, [CellReport("double", fraction, 1.0, [test])], [], {}, broken
        )
        index.record(KeptReport(report, student, NOW + timedelta(hours=number)))
    return small_class


def test_results_count_who_passed_and_who_mended(
    instructor: TestClient, indexed: SmallClass
) -> None:
    page = " ".join(instructor.get(f"{PREFIX}assignments/toy/results").text.split())
    assert "50 %" in page
    assert "squares, in double" in page
    assert "<b>3 students</b> made it, 2 still have it, 1 mended it." in page
    assert "mended at attempt 2" in page
    assert "A hidden test is broken</b> in the work of dan." in page
    assert HOSTILE not in page


def test_metrics_lie_between_baseline_and_target(
    instructor: TestClient, indexed: SmallClass
) -> None:
    page = instructor.get(f"{PREFIX}assignments/toy/metrics").text
    assert page.count('class="dot"') == 4
    assert "Baseline (no points) 10, target (all points) 30" in page
    assert HOSTILE not in page


def test_the_overview_names_a_broken_test(instructor: TestClient, indexed: SmallClass) -> None:
    (row,) = overview.rows(Desk(indexed.course, indexed.config))
    assert row.broken == ["dan"]
    assert "A hidden test is broken" in instructor.get(PREFIX).text


def test_without_grades_the_pages_say_so(instructor: TestClient) -> None:
    assert "Nothing is graded yet" in instructor.get(f"{PREFIX}assignments/toy/results").text
    assert "Nothing was measured yet" in instructor.get(f"{PREFIX}assignments/toy/metrics").text


def test_a_strip_of_equal_values_is_drawn() -> None:
    assert 'cx="40.0"' in charts.strip({"alice": 1.0}, 1.0, 1.0, "BLEU")
