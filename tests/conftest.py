"""For every test: the `needs` marker, and a course that is up."""

import pytest

from tests.needs import require
from tests.running_course import alice, bob, instructor, running, terminal  # noqa: F401  (one hub for all tests)

collect_ignore = ["toy"]  # hidden tests: they need a student

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
