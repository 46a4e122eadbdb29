"""The points are those of the course plan."""

from tests.support.clone import COURSE


def test_the_points_are_those_announced():
    assignment = COURSE.assignment("ex1_translation")
    assert assignment.points == {
        "padding_mask": 4,
        "additive_attention": 14,
        "encoder": 12,
        "decoder": 16,
        "sequence_loss": 6,
        "train_step": 8,
        "decoding": 12,
        "translation": 16,
        "alignment": 6,
        "failure_analysis": 6,
    }
    assert assignment.manual == {"failure_analysis"}
