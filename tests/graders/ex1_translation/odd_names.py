"""What the hidden tests of this assignment call, for tests/graders/test_odd_values.py."""

from tests.graders.odd_names import OddNames

NAMES = OddNames(
    "padding_mask sequence_loss train_step greedy_decode beam_decode sequence_score translate"
    " align",
    "AdditiveAttention Encoder AttentionDecoder",
    "model",
)
