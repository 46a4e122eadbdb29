"""For every test: the `needs` marker."""

import pytest

from tests.needs import require

collect_ignore = ["toy"]     # hidden tests: they need a student


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            require(name)
