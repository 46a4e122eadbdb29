"""The page of all points: every graded cell with its hidden tests, as pytest collects them."""

import contextlib
import io
from collections import Counter

import pytest

from docs.generate import markdown
from kireji.course.layout import find_course
from kireji.testing.marker import Graded, mark_of
from kireji.testing.run import SETTINGS


class Collected:
    """A pytest plug-in that keeps the marks of all hidden tests that were found."""

    def __init__(self) -> None:
        self.marks: list[Graded] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.marks = [
            mark
            for item in items
            if isinstance(item, pytest.Function) and (mark := mark_of(item.function))
        ]


def page() -> str:
    names = find_course().assignment_names()
    return markdown.page(
        "Points",
        "source/ and graders/",
        "The points of a cell are in the notebook's metadata. Its hidden tests share them by their "
        "weights. *N times* counts the runs of a test that runs for several things; each run has "
        "the weight. How a score comes about is in [Grading](../explanation/grading.md).",
        *(part for name in names for part in _assignment(name)),
    )


def _assignment(name: str) -> list[str]:
    assignment = find_course().assignment(name)
    collected = Collected()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(
            [
                *(str(assignment.graders), "-c", str(SETTINGS)),
                f"--rootdir={assignment.graders.parent}",
                *("--collect-only", "-q", "-p", "no:cacheprovider"),
            ],
            plugins=[collected],
        )
    rows = []
    for cell, points in assignment.points.items():
        runs = Counter(mark for mark in collected.marks if mark.grade_id == cell)
        by_weight = sorted(runs.items(), key=lambda run: -run[0].weight)
        tests = [
            f"{mark.title.rstrip('.')} ({mark.weight:g}{f', {count} times' if count > 1 else ''})"
            for mark, count in by_weight
        ]
        rows.append((f"`{cell}`", f"{points:g}", "; ".join(tests) or "read by a person"))
    total = sum(assignment.points.values())
    return [
        f"## {name}",
        f"{total:g} points.",
        markdown.table(["cell", "points", "hidden tests (weight)"], rows),
    ]
