"""For every test: the `needs` marker, and a course that is up."""

import os
import sys
from pathlib import Path

import pytest

from tests.support.needs import require
from tests.support.running_course import alice, bob, instructor, running, terminal  # noqa: F401  (one hub for all tests)

# As ./kireji does, for an IDE that runs pytest without it: nbgrader calls `alembic` by name, and
# two torch threads beside another busy process are many times slower than one.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
os.environ.setdefault("OMP_NUM_THREADS", "1")

collect_ignore = ["support/toy"]  # hidden tests: they need a student

LONGEST_FIRST = (
    "tests/compose/",
    "tests/demo/",
    "tests/durability/test_kills.py",
    "tests/browser/",
    "tests/attacks/",
    "tests/graders/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A process that begins a long file last would keep all others waiting."""
    items.sort(
        key=lambda item: next(
            (n for n, start in enumerate(LONGEST_FIRST) if item.nodeid.startswith(start)),
            len(LONGEST_FIRST),
        )
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            require(name)
