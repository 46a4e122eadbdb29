"""Whole submissions through the real sandbox and the real hidden tests of a toy assignment."""

import json

import pytest

from kireji.course.assignment import Assignment
from kireji.errors import PlatformError
from kireji.grading.judge import judge
from kireji.grading.submission import Submission
from kireji.sandbox.limits import Limits

SECRET = b"s" * 32


def graded(toy: Assignment, notebook: bytes | None, **limits: float) -> dict:
    report = judge(Submission(notebook), toy, SECRET, Limits(**limits)).report.as_dict()
    json.dumps(report)
    return report


def cell(report: dict, grade_id: str) -> dict:
    return next(cell for cell in report["cells"] if cell["grade_id"] == grade_id)


def test_the_solution_gets_every_automatic_point(toy, submit):
    report = graded(toy, submit())
    assert (report["score"], report["max_score"]) == (6, 6)
    assert [test["status"] for test in cell(report, "double")["tests"]] == ["passed", "passed"]
    assert cell(report, "essay") == {
        "grade_id": "essay",
        "score": None,
        "max_score": 3,
        "tests": [],
    }
    assert cell(report, "share")["tests"][0]["images"][0]["caption"] == "a picture"


def test_an_untouched_release_gets_none_and_says_why(toy, submit):
    stub = "def {}(*args):\n    raise NotImplementedError"
    report = graded(
        toy, submit(double_solution=stub.format("double"), share_solution=stub.format("share"))
    )
    assert report["score"] == 0
    assert {test["status"] for some in report["cells"] for test in some["tests"]} == {"missing"}


def test_a_known_mistake_is_named_and_costs_its_weight(toy, submit):
    report = graded(toy, submit(double_solution="def double(x):\n    return x ** 2"))
    failed, passed = cell(report, "double")["tests"]
    assert failed["status"] == "failed" and "the numbers were squared" in failed["message"]
    assert "Multiply by two." in failed["message"]
    assert passed["status"] == "passed" and cell(report, "double")["score"] == 1


@pytest.mark.parametrize(
    ("share", "score", "status"),
    [
        ("15.0", 1, "partly"),
        ("9.0", 0, "failed"),
        ("float('nan')", 0, "failed"),
        ("1e308", 2, "passed"),
        ("'20'", 0, "failed"),
        ("None", 0, "failed"),
    ],
)
def test_a_metric_gives_a_fraction(toy, submit, share, score, status):
    report = graded(toy, submit(share_solution=f"def share():\n    return {share}"))
    assert cell(report, "share")["score"] == score
    assert cell(report, "share")["tests"][0]["status"] == status


def test_the_same_submission_always_gets_the_same_report(toy, submit):
    notebook = submit(double_solution="def double(x):\n    return 2 * x + 0.5 * (x > 1)")
    reports = [graded(toy, notebook) for _ in range(3)]
    for report in reports:
        report.pop("seconds")
    assert reports[0] == reports[1] == reports[2]


def test_an_error_of_the_students_shows_their_own_line(toy, submit):
    report = graded(toy, submit(double_solution="def double(x):\n    return undefined_name * x"))
    message = cell(report, "double")["tests"][0]["message"]
    assert "NameError" in message and "return undefined_name * x" in message


def test_a_call_that_never_ends_costs_itself_only(toy, submit):
    report = graded(
        toy, submit(double_solution="def double(x):\n    while True: pass"), call_seconds=0.5
    )
    assert {test["status"] for test in cell(report, "double")["tests"]} == {"timeout"}
    assert cell(report, "share")["score"] == 2


def test_no_notebook_is_zero_with_a_reason(toy):
    report = graded(toy, None)
    assert report["score"] == 0 and "There is no toy.ipynb" in report["notices"][0]


class FailingBackend:
    """Has the place of the first `failures` judgements fail when the kernel is gone."""

    def __init__(self, failures: int) -> None:
        self.left = failures

    def __call__(self) -> str | None:
        self.left -= 1
        return "the machine went away" if self.left >= 0 else None


@pytest.mark.parametrize("gone", ["in a cell", "in a call"])
def test_a_place_that_failed_is_not_the_submissions_fault(toy, submit, monkeypatch, gone):
    code = "import os\n" if gone == "in a call" else "import os; os._exit(9)\n"
    leaving = submit(double_solution=f"{code}def double(x):\n    os._exit(9)")
    own = graded(toy, leaving)
    assert own["score"] < 6
    failing = FailingBackend(1)
    monkeypatch.setattr("kireji.sandbox.backends.bubblewrap.BubblewrapBackend.failure", failing)
    again = graded(toy, leaving)  # judged once more, in a place that works
    assert again["score"] == own["score"] and failing.left < 0
    monkeypatch.setattr(
        "kireji.sandbox.backends.bubblewrap.BubblewrapBackend.failure", FailingBackend(9)
    )
    with pytest.raises(PlatformError, match="not judged, because the machine went away"):
        graded(toy, leaving)


def test_a_submission_that_ends_well_is_not_asked_about_its_place(toy, submit, monkeypatch):
    monkeypatch.setattr(
        "kireji.sandbox.backends.bubblewrap.BubblewrapBackend.failure", FailingBackend(9)
    )
    assert graded(toy, submit())["score"] == 6


def test_figures_in_svg_come_out_of_judging_as_plain_pictures(toy, submit):
    drawing = """%config InlineBackend.figure_format = 'svg'
import matplotlib.pyplot as plt
from IPython.display import HTML, display
plt.plot([0, 1])
plt.show()
display(HTML("<script>alert(1)</script>"))

def double(x):
    return 2 * x"""
    judgement = judge(Submission(submit(double_solution=drawing)), toy, SECRET)
    data = [
        output["data"]
        for one in judgement.notebook.cells
        for output in one.get("outputs", [])
        if "data" in output
    ]
    assert any("image/png" in some for some in data)
    assert {kind for some in data for kind in some} <= {"image/png", "text/plain"}
    assert judgement.report.notices == []


def test_a_metric_is_in_the_report_with_its_value(toy, submit):
    report = graded(toy, submit(share_solution="def share():\n    return 15.0"))
    assert cell(report, "share")["tests"][0]["metrics"] == [
        {"name": "share", "value": 15.0, "baseline": 10, "target": 20}
    ]
