"""For every test: the `needs` marker, and a course that is up."""

import pytest

from tests.needs import require
from tests.running_course import alice, bob, instructor, running, terminal  # noqa: F401  (one hub for all tests)

collect_ignore = ["toy"]     # hidden tests: they need a student


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            require(name)
