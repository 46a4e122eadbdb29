"""Reports as grading writes them, for tests of the index."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from kireji.course.layout import Course
from kireji.report_index.index import ReportIndex, open_index
from kireji.report_index.writer import KeptReport
from kireji.testing.report import CellReport, Metric, Report, TestReport, cell_score

MONDAY = datetime(2026, 10, 5, 12, tzinfo=UTC)


def made_up_test(
    name: str, fraction: float = 1.0, weight: float = 1.0, diagnosis: str = "", **more: object
) -> TestReport:
    status = "passed" if fraction >= 1 else "partly" if fraction else "failed"
    return TestReport(
        name, f"Title of {name}", status, fraction, weight, "", [], diagnosis, None, **more
    )


def made_up_report(cells: dict[str, tuple[float, list[TestReport]]], **more: object) -> Report:
    """cells: {grade_id: (points, tests)}"""
    reported = [
        CellReport(name, cell_score(tests, points), points, tests)
        for name, (points, tests) in cells.items()
    ]
    return Report(
        "one",
        sum(cell.score or 0 for cell in reported),
        sum(cell.max_score for cell in reported),
        reported,
        [],
        {},
        **more,
    )


def metric(value: float | None) -> Metric:
    return Metric("BLEU", value, 10.0, 30.0)


def record(
    index: ReportIndex,
    student: str,
    fractions: dict[str, float],
    hours: float = 0,
    diagnoses: dict[str, str] | None = None,
    **more: object,
) -> None:
    """An attempt whose tests earned `fractions`, each test in a cell of its own with 4 points."""
    tests = {
        name: (4.0, [made_up_test(name, fraction, diagnosis=(diagnoses or {}).get(name, ""))])
        for name, fraction in fractions.items()
    }
    came = MONDAY + timedelta(hours=hours)
    index.record(KeptReport(made_up_report(tests), student, came, **more))


def empty_index(root: Path) -> ReportIndex:
    return open_index(Course(root))
