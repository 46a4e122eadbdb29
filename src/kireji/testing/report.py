"""What grading one submission says: per graded cell its hidden tests, and from them its points."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from nbformat import NotebookNode

from kireji.course.notebook_metadata import REPORT

STATUSES = ("passed", "partly", "failed", "error", "timeout", "missing")


@dataclass
class Image:
    """A picture for the student, drawn by trusted code."""

    caption: str
    png: str  # base64


@dataclass
class Metric:
    """A measured value, and the values that earn no points and all points."""

    name: str
    value: float | None  # None: no finite number
    baseline: float
    target: float


@dataclass
class CounterExample:
    """The smallest input found on which an answer is wrong, as texts that can be shown."""

    inputs: dict[str, str]
    expected: str
    came: str

    @property
    def rows(self) -> list[tuple[str, str]]:
        """(name, value) as a table of two columns."""
        return [*self.inputs.items(), ("expected", self.expected), ("yours", self.came)]


@dataclass
class TestReport:
    """One hidden test: `fraction` of its weight was earned. `diagnosis` is the identifier of the
    mistake that the message names, or ""."""

    __test__ = False  # pytest, which imports this: it is no test itself
    name: str
    title: str
    status: str
    fraction: float
    weight: float
    message: str
    images: list[Image] = field(default_factory=list)
    diagnosis: str = ""
    counter_example: CounterExample | None = None
    metrics: list[Metric] = field(default_factory=list)

    @property
    def earned(self) -> float:
        """The fraction, from 0 to 1 whatever the test said."""
        return min(max(self.fraction, 0.0), 1.0) if math.isfinite(self.fraction) else 0.0


@dataclass
class CellReport:
    """One graded cell; `score` is None where a person has to give it."""

    grade_id: str
    score: float | None
    max_score: float
    tests: list[TestReport] = field(default_factory=list)


@dataclass
class Report:
    """One submission. `score` adds up what was graded automatically, `max_score` what can be had
    that way. `for_instructor` are those of the `notices` that the student does not read: they may
    quote a hidden test."""

    assignment: str
    score: float
    max_score: float
    cells: list[CellReport]
    notices: list[str]
    seconds: dict[str, float]
    for_instructor: list[str] = field(default_factory=list)

    @property
    def for_student(self) -> list[str]:
        """The notices that the student reads."""
        return [notice for notice in self.notices if notice not in self.for_instructor]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as `judge --json` prints it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Report":
        """The report of which `data` is the plain data. KeyError or TypeError if it is none's."""
        cells = [
            CellReport(**cell | {"tests": [_test_from(test) for test in cell["tests"]]})
            for cell in data["cells"]
        ]
        return cls(**data | {"cells": cells})


def _test_from(data: dict[str, Any]) -> TestReport:
    """Reports of earlier versions have no diagnoses, counter-examples or metrics."""
    images = [Image(**image) for image in data["images"]]
    example = data.get("counter_example")
    return TestReport(
        **data
        | {
            "images": images,
            "counter_example": CounterExample(**example) if example else None,
            "metrics": [Metric(**metric) for metric in data.get("metrics", [])],
        }
    )


def report_in(notebook: NotebookNode) -> Report | None:
    """The report that a graded notebook carries; None where there is none, or a damaged one."""
    try:
        return Report.from_dict(notebook.metadata[REPORT])
    except (KeyError, TypeError):
        return None


def put_report(notebook: NotebookNode, report: Report) -> None:
    """Have a notebook carry its report."""
    notebook.metadata[REPORT] = report.as_dict()


def cell_score(tests: list[TestReport], points: float) -> float:
    """The points that `tests` earn of a cell's `points`: the mean of their fractions by weight, to
    a hundredth."""
    total = sum(test.weight for test in tests)
    if not total:
        return 0.0
    earned = (
        sum(test.weight * test.fraction for test in tests if math.isfinite(test.fraction)) / total
    )
    return round(min(max(earned, 0.0), 1.0) * points, 2)
