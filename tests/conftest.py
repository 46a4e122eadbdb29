"""For every test: the `needs` marker."""

import pytest

from tests.needs import require


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            require(name)
