"""The pages of what the hidden tests found: results and metrics."""

import json
from datetime import timedelta

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from starlette.testclient import TestClient

from kireji.course.layout import Course
from kireji.desk import charts, overview
from kireji.desk.desk import Desk
from kireji.desk.examples import examples
from kireji.desk.grades import Enrolled
from kireji.hub.desk_service import PREFIX
from kireji.report_index.index import open_index
from kireji.report_index.writer import KeptReport
from kireji.testing.report import CellReport, Metric, Report, TestReport
from tests.desk.small_class import HOSTILE, NOW, SmallClass
from tests.support.toy import marked


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


def written_code(course: Course, student: str, code: str) -> None:
    """A graded notebook in which `student` wrote this code for the task `double`."""
    notebook = new_notebook(
        cells=[
            marked(new_code_cell(code), grade_id="double_solution", solution=True),
            marked(new_code_cell("check()"), grade_id="double", grade=True, points=1),
        ]
    )
    folder = course.autograded / student / "toy"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toy.ipynb").write_text(json.dumps(notebook))


def test_examples_show_code_and_no_names(instructor: TestClient, indexed: SmallClass) -> None:
    # Carol Chen and Dan Dahl have the mistake now.
    code = 'def double(x):\n    """By {0}."""\n    return x ** 2  # {0} wrote this\n'
    written_code(indexed.course, "carol", code.format("Carol"))
    written_code(indexed.course, "dan", code.format("Dan") + f"text = {HOSTILE!r}\n")
    page = instructor.get(f"{PREFIX}assignments/toy/mistakes/squares").text
    shown = page[page.index("Examples") : page.index("Who</h2>")]
    assert shown.count("double") == 2 and "alert" in shown
    assert HOSTILE not in page
    assert "Carol" not in shown and "Dan" not in shown


def test_code_with_a_name_or_an_error_is_no_example(indexed: SmallClass) -> None:
    carol = Enrolled("carol", "Carol", "Chen", "")
    for code in ("def carols_double(x):\n    return x", "def double(:\n", ""):
        written_code(indexed.course, "carol", code)
        assert examples(indexed.course, "toy", ["double"], [carol], 2) == []


def test_a_mistake_that_nobody_made_is_not_found(
    instructor: TestClient, indexed: SmallClass
) -> None:
    assert instructor.get(f"{PREFIX}assignments/toy/mistakes/cubes").status_code == 404
