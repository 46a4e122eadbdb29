"""Wrong variants of the notebook's solution: one edit each, the hidden test that must fail, and
words of its message. A file for each task."""

from tests.graders.ex4_visualization.gallery.heads import HEADS
from tests.graders.ex4_visualization.gallery.heat_map import HEAT_MAP
from tests.graders.ex4_visualization.gallery.intervention import INTERVENTION
from tests.graders.ex4_visualization.gallery.measures import MEASURES
from tests.graders.ex4_visualization.gallery.over_time import OVER_TIME
from tests.graders.ex4_visualization.gallery.patterns import PATTERN
from tests.graders.ex4_visualization.gallery.rollout import ROLLOUT

GALLERY = [*HEAT_MAP, *HEADS, *MEASURES, *ROLLOUT, *PATTERN, *OVER_TIME, *INTERVENTION]
