"""For every test: the `needs` marker, and a course that is up."""

import os
import sys
from pathlib import Path

import pytest

from tests.support.needs import require
from tests.support.running_course import alice, bob, instructor, running, terminal  # noqa: F401  (one hub for all tests)

# As ./kireji does, for an IDE that runs pytest without it: nbgrader calls `alembic` by name, and
# two torch threads next to another busy process are many times slower than one.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
os.environ.setdefault("OMP_NUM_THREADS", "1")

collect_ignore = ["support/toy"]  # hidden tests: they need a student

# How a test's id begins -> why it is slow. What takes longest is first, and runs first: a process
# that begins a long file last would keep all others waiting. `-m "not slow"` leaves these out.
SLOW = {
    "tests/compose/": "builds images and runs a class in containers",
    "tests/demo/": "trains models and grades the notebooks of all sample students",
    "tests/durability/": "stops whole courses at many moments and looks at what is left",
    "tests/browser/": "opens a running course in Chromium",
    "tests/attacks/": "runs hostile notebooks to their limits of time and memory in sandboxes",
    "tests/graders/": "runs hidden tests on every variant of a solution, some of them trained",
    "tests/new_assignment/": "releases and grades an assignment in a copy of the course",
    "tests/benchmarks/": "grades a class with each of the systems that are compared",
    "tests/packaging/": "builds the wheel and installs it into a fresh environment",
    "tests/code/test_lessons": "runs each lesson to its end, training included",
    "tests/hub/test_up": "starts and ends a hub in each test",
    "tests/hub/test_class": "starts a hub and the servers of a class",
    "tests/batch/test_dask": "starts a cluster of processes",
    "tests/wire/test_fuzz.py::test_a_coverage": "fuzzes the decoder for up to a minute",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {}
    for item in items:
        for rank, (start, reason) in enumerate(SLOW.items()):
            if item.nodeid.startswith(start):
                ranks[item] = rank
                item.add_marker(pytest.mark.slow(reason=reason))
    items.sort(key=lambda item: ranks.get(item, len(SLOW)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            require(name)
