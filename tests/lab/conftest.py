"""For every test of the students' library: no figure is left open for the next one."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    """Matplotlib warns at the 21st open figure of a process, and a warning is an error here."""
    yield
    plt.close("all")
