"""Where the metric curves begin (no points) and end (all points), and what was measured.

TO BE MEASURED
"""

from typing import NamedTuple


class Curve(NamedTuple):
    """Straight from `baseline`, 0 points, to `target`, all points."""

    baseline: float
    target: float


PATTERNS = Curve(0.3, 0.9)
SHARPER = 0.75          # entropy at the last moment, as a share of that at the first, that a training run must fall below
