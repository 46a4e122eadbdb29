"""Marks a test function as part of a graded cell."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MARK = "_kireji_graded"


@dataclass(frozen=True)
class Graded:
    """A hidden test belongs to the graded cell `grade_id` and carries `weight` of its points."""

    grade_id: str
    weight: float
    title: str


def graded(grade_id: str, weight: float = 1) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a test one of the hidden tests of the cell `grade_id`; the first paragraph of
    its docstring is the title.

    The tests of a cell share its points by `weight`. ValueError for a weight that is not positive
    or a missing title.
    """

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        title = " ".join((function.__doc__ or "").strip().split("\n\n")[0].split())
        if weight <= 0 or not title:
            raise ValueError(
                f"{function.__name__}: a hidden test needs a positive weight and a docstring as its"
                " title"
            )
        setattr(function, MARK, Graded(grade_id, weight, title))
        return function

    return mark


def mark_of(function: Callable[..., Any]) -> Graded | None:
    """The mark that `graded` left, if any; Hypothesis's wrapper keeps it."""
    return getattr(function, MARK, None)
