"""Where the metric curve begins (no points) and ends (all points), and what was measured.

classify_pattern, share of right answers on maps with noise 0.5, as the hidden test draws them; five
seeds, 100 maps each:

| method                                              | share of right answers       |
|-----------------------------------------------------|------------------------------|
| the solution: nearest ideal map                     | 1.00 1.00 1.00 1.00 1.00     |
| correlation with ideal maps                         | 1.00 1.00 1.00 1.00 1.00     |
| likelihood under ideal maps                         | 1.00 1.00 1.00 1.00 1.00     |
| nearest of 60 clean examples of each pattern        | 1.00 0.98 1.00 1.00 1.00     |
| weight in the places of a pattern, above an even map | 0.97 1.00 0.99 0.99 1.00    |
| the most attended key of each query only            | 0.68 0.64 0.68 0.67 0.64     |
| one name for every map                              | 0.20 0.20 0.20 0.20 0.20     |
The target lies below the worst run of every method that looks at whole maps, so that any of them
gets all points; the baseline lies above what a single name gets.

The student's own training run: mean entropy of the map of "Ma mère a acheté une grande maison."
after 0 and 800 steps (2.08 nats even), seeds 0 to 4: 0.57, 0.49, 0.76, 0.66 and 0.95 nats, shares
of 0.24 to 0.46. Nine other sentences with seed 0: 0.59 to 1.15 nats, and 1.64 with four words that
the model does not know.
"""

from ..curve import Curve

PATTERNS = Curve(0.3, 0.9)
SHARPER = 0.85  # the last map's entropy must be below this share of the first one's
