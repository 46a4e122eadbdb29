"""How a metric becomes points."""

from typing import NamedTuple


class Curve(NamedTuple):
    """Straight from `baseline`, 0 points, to `target`, all points."""

    baseline: float
    target: float
