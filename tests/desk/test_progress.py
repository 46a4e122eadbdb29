"""What changed since the attempt before, on the page of a submission."""

from dataclasses import replace
from datetime import timedelta

from starlette.testclient import TestClient

from kireji.desk.progress import since_before
from kireji.hub.desk_service import PREFIX
from kireji.report_index.index import ReportIndex, open_index
from kireji.report_index.writer import KeptReport
from tests.desk.small_class import HOSTILE, NOW, SmallClass
from tests.report_index.made_up import made_up_report, made_up_test

ADDRESS = f"{PREFIX}assignments/toy/students/alice"


def record(index: ReportIndex, hours: int, counts: bool = True, **fractions: float) -> None:
    """An attempt of alice; each test has a cell of its own with 4 points."""
    cells = {
        name: (4.0, [replace(made_up_test(name, fraction), title=f"{name} {HOSTILE}")])
        for name, fraction in fractions.items()
    }
    report = replace(made_up_report(cells), assignment="toy")
    index.record(KeptReport(report, "alice", NOW + timedelta(hours=hours), counts=counts))


def test_tests_whose_points_changed_are_listed(
    instructor: TestClient, small_class: SmallClass
) -> None:
    index = open_index(small_class.course)
    record(index, 0, double=0.0, halve=1.0, gone=1.0)
    record(index, 1, double=1.0, halve=1.0, new=0.5)
    progress = since_before(index, "toy", "alice")
    assert (progress.before.number, progress.now.number) == (1, 2)
    found = {change.test.name: (change.was, change.gain) for change in progress.changes}
    assert found == {"double": (0.0, 4.0), "new": (None, 2.0)}
    page = " ".join(instructor.get(ADDRESS).text.split())
    assert "Since the attempt before" in page and ">+4<" in page
    assert HOSTILE not in page


def test_the_first_attempt_has_none_before(instructor: TestClient, small_class: SmallClass) -> None:
    record(open_index(small_class.course), 0, double=0.0)
    assert since_before(open_index(small_class.course), "toy", "alice") is None
    assert "Since the attempt before" not in instructor.get(ADDRESS).text


def test_an_attempt_without_changes_says_so(
    instructor: TestClient, small_class: SmallClass
) -> None:
    for hours in (0, 1):
        record(open_index(small_class.course), hours, double=0.5)
    assert "Every hidden test gave the same points." in instructor.get(ADDRESS).text
