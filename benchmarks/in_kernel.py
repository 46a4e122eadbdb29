"""The hidden tests of a cell in the student's own process, without a wall: what the peers' tests
call in the benchmark, and the floor."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kireji import sandbox, wire
from kireji.course.layout import find_course
from kireji.sandbox.channel import Channel
from kireji.testing.marker import mark_of
from kireji.testing.plugin import Grading
from kireji.testing.report import cell_score
from kireji.testing.run import run_hidden_tests
from kireji.wire.codec import LIMITS, decode, encode
from kireji.wire.values import NO_REFERENCES, References

SECONDS = 20.0  # for a call
SECRET = b"the benchmark's own secret"


class InProcess(Channel):
    """Asks an agent in this very process."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        sys.modules.setdefault("wire", wire)
        inside = str(Path(sandbox.__file__).parent / "guest")
        if inside not in sys.path:
            sys.path.append(inside)
        from agent import Agent

        self.agent, self.lost, self.count = Agent(namespace), None, 0

    def ask(
        self,
        do: str,
        seed: int = 0,
        seconds: float | None = None,
        references: References = NO_REFERENCES,
        **arguments: Any,
    ) -> Any:
        self.count += 1
        # Coded and decoded as on the wire: a tensor that both sides held would carry gradients
        # across.
        request = {
            "id": self.count,
            "do": do,
            "seed": seed,
            "seconds": seconds or SECONDS,
            "with": arguments,
        }
        arrived = decode(encode(request, LIMITS, references), LIMITS, self.agent)
        reply = decode(encode(self.agent.answer(arrived), LIMITS), LIMITS, references)
        return self.read(self.count, reply, seconds or SECONDS)


class OneCell(Grading):
    """Only the hidden tests of `cell`; all if it is None."""

    cell: str | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [
            item
            for item in items
            if self.cell in (None, getattr(mark_of(item.function), "grade_id", None))
        ]


def run(namespace: dict[str, Any], assignment: str, cell: str | None = None) -> Grading:
    """What the hidden tests find in the variables `namespace`."""
    grading = OneCell(InProcess(namespace), SECRET, "a submission")
    grading.cell, folder = cell, find_course().graders / assignment
    # Only the files that hold tests of the cell: nbgrader shall not pay for collecting the rest.
    for path in (
        [
            path
            for path in sorted(folder.glob("test_*.py"))
            if f'@graded("{cell}"' in path.read_text()
        ]
        if cell
        else [folder]
    ):
        run_hidden_tests(path, grading)
    return grading


def score(namespace: dict[str, Any], assignment: str, cell: str, points: float) -> float:
    """The points that the variables `namespace` earn in a cell which is worth `points`."""
    return cell_score(
        [report for _, report in run(namespace, assignment, cell).reports.values()], points
    )


@functools.cache
def checker(assignment: str) -> Callable[[str, float], float]:
    """check(cell, points) -> the points earned, as the last line of an autograder test cell gives
    them to nbgrader."""
    from IPython import get_ipython

    def check(cell: str, points: float) -> float:
        return score(get_ipython().user_ns, assignment, cell, points)

    return check
