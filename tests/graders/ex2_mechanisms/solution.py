"""The notebook's solution as text, with edits."""

from pathlib import Path

from tests.graders import bench
from tests.support.clone import COURSE

NAME = "ex2_mechanisms"


def solution(work: Path, old: str = "", new: str = "") -> str:
    """The code of the notebook as it is graded in the folder `work`, with `old` replaced by `new`
    in its answers."""
    return bench.solution(COURSE.assignment(NAME), work, old, new)
