"""What the hidden tests of this assignment call, for tests/graders/test_odd_values.py."""

from tests.graders.odd_names import OddNames

NAMES = OddNames(
    "plot_attention plot_heads attention_entropy attention_distance hard_alignment"
    " alignment_error_rate attention_rollout classify_pattern watch_training plot_moments"
    " prediction_change"
)
