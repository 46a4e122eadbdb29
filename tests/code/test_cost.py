"""Lesson 7: what it counts is what the layers do."""

import cost as lesson
import pytest
import torch
from torch import nn


def test_the_cache_changes_nothing_but_the_work():
    difference, without, cached = lesson.with_and_without_cache(7)
    assert difference < 1e-6 and (without, cached) == (28, 7)


def test_linear_attention_is_a_recurrence():
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 9, 4)
    torch.testing.assert_close(
        lesson.linear_attention(query, key, value),
        lesson.linear_attention_as_recurrence(query, key, value),
    )


def test_multiplications_are_counted_from_the_weights():
    T, d = 5, 16
    lstm = nn.LSTM(d, d, bias=False)
    assert lesson.recurrent(T, d) == T * sum(weight.numel() for weight in lstm.parameters())
    attention = nn.MultiheadAttention(d, 2, bias=False)
    weights = sum(weight.numel() for weight in attention.parameters())
    assert lesson.projections(T, d) == T * weights


@pytest.mark.parametrize("d", [64, 512])
def test_weights_cost_as_much_as_projections_at_twice_the_width(d):
    assert lesson.crossing(d) - 1 == 2 * d
