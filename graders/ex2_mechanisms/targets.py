"""Where the metric curves begin (no points) and end (all points), and what was measured.

Five runs of the solution, which differ in weights and sequences:

| what                                                                | 1     | 2     | 3     | 4     | 5     |
|---------------------------------------------------------------------|-------|-------|-------|-------|-------|
| mean accuracy at length 8, the 15 pairs that can do their task      | 0.992 | 0.995 | 0.994 | 0.997 | 0.986 |
| mean accuracy at length 16, monotonic on copy and content on recall | 1.000 | 1.000 | 1.000 | 1.000 | 1.000 |
| gain of attention over none at length 8, mean of copy and recall    | 0.529 | 0.542 | 0.543 | 0.528 | 0.557 |

The targets lie below the worst run, so that a typical honest run gets all points.
"""

from ..curve import Curve

ROWS_FOUND_AGAIN = Curve(0.5, 1.0)
MODELS_THAT_ANSWER = Curve(0.5, 1.0)
AT_LENGTH_8 = Curve(0.5, 0.96)
AT_LENGTH_16 = Curve(0.4, 0.96)
GAIN = Curve(0.1, 0.4)
