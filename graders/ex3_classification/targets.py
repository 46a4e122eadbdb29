"""Where the metric curves begin (no points) and end (all points). Measured; the table is in docs/grading.md."""

from typing import NamedTuple


class Curve(NamedTuple):
    """Straight from `baseline`, 0 points, to `target`, all points."""

    baseline: float
    target: float


ACCURACY = Curve(0.66, 0.76)
MACRO_F1 = Curve(0.66, 0.76)
LONG_ACCURACY = Curve(0.56, 0.66)
LONG_ADVANTAGE = Curve(0.0, 0.10)
LONG_STEADINESS = Curve(0.18, 0.10)
COMPREHENSIVENESS = Curve(0.0, 0.06)
SUFFICIENCY = Curve(0.0, 0.08)
