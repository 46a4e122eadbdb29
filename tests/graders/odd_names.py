"""The names that an assignment's hidden tests call, as test_odd_values.py makes them odd."""

from collections.abc import Callable
from typing import NamedTuple


class OddNames(NamedTuple):
    """Names of functions, of classes, and of models, which give odd values.

    parts: {class: its layers}, where the hidden tests load weights before they call
    earned: tests that look at these layers alone
    before: makes code that runs first"""

    functions: str
    classes: str = ""
    models: str = ""
    parts: dict[str, str] = {}
    earned: frozenset[str] = frozenset()
    before: Callable[[], str] = str
