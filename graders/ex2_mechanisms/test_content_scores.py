"""dot_product_attention, scaled_dot_product_attention and GeneralAttention: what matches gets the
weight."""

import pytest
import torch

from kireji.testing import expect, graded
from kireji.testing.gradients import reaches_inputs
from kireji.testing.isolation import without

from . import attention_cases, reference
from .questions import question, without_bias

every = pytest.mark.parametrize("name", attention_cases.CONTENT)
# GeneralAttention may call what was written before it.
alone = without({"dot_product_attention": attention_cases.ATTENTION})


@graded("content_scores", weight=3)
def test_dot_product_weights(student, rng):
    """dot_product_attention: the weights are the softmax of the dot products."""
    attention_cases.judged_weights(student, "dot_product_attention", rng)


@graded("content_scores", weight=4)
def test_scaled_weights(student, rng):
    """scaled_dot_product_attention: the scores are divided by sqrt(d_k)."""
    attention_cases.judged_weights(student, "scaled_dot_product_attention", rng)


@graded("content_scores", weight=1)
def test_scaled_with_heads(student, rng):
    """scaled_dot_product_attention works for several heads at once: (B, H, T, d_k)."""
    query, key, value = (
        torch.randn(2, 3, T, size, generator=rng) for T, size in ((4, 5), (6, 5), (6, 7))
    )
    result = student.scaled_dot_product_attention(query, key, value)
    context, attention_weights = expect.returns(result, "context", "attention_weights")
    expect.axes(context, ("B", "H", "T_q", "d_v"), (2, 3, 4, 7), "context")
    expect.axes(attention_weights, ("B", "H", "T_q", "T_k"), (2, 3, 4, 6), "attention_weights")
    for head in range(3):
        right = reference.weights(reference.scores(query[:, head], key[:, head]) / 5**0.5, None)
        expect.close(
            attention_weights[:, head],
            right,
            name="one head's weights",
            hint="Every head is an attention of its own: use dimensions -1 and -2, not 1 and 2.",
        )


@graded("content_scores", weight=4)
@alone
def test_general_weights(student, rng):
    """GeneralAttention: the score is query · W(key), with one learned matrix and no bias."""
    attention_cases.judged_weights(student, "GeneralAttention", rng)
    without_bias(student, "GeneralAttention")


@graded("content_scores", weight=1)
@every
@alone
def test_rows_sum_to_one(student, rng, name):
    """The weights of each query are shares: none negative, together 1"""
    asked = question(student, name, rng)
    attention_weights = asked.ask()[1]
    columns = attention_weights.double().sum(dim=1)
    expect.true(
        not torch.allclose(columns, torch.ones_like(columns), atol=1e-4),
        "The weights sum to 1 over the queries, not over the keys: the softmax runs over the wrong"
        " axis (use dim=-1).",
        "softmax_over_queries",
    )
    expect.rows_sum_to_one(
        attention_weights, hint="Is the softmax over the last dimension, the keys?"
    )


@graded("content_scores", weight=2)
@every
@alone
def test_masked_keys_get_no_weight(student, rng, name):
    """A masked key gets exactly zero weight, and the others share the rest"""
    attention_cases.judged_mask(student, name, rng)


@graded("content_scores", weight=1.5)
@every
@alone
def test_context_is_the_weighted_sum(student, rng, name):
    """The context is the sum of the values, each times its weight"""
    attention_cases.judged_context(student, name, rng)


@graded("content_scores", weight=0.75)
@every
@alone
def test_all_keys_masked(student, rng, name):
    """A query that may attend to nothing gets zeros, not NaN"""
    attention_cases.judged_empty_row(student, name, rng)


@graded("content_scores", weight=0.75)
@every
@alone
def test_nothing_else_changes(student, rng, name):
    """Neighbours in the batch, earlier calls and the inputs: nothing disturbs, nothing is
    disturbed"""
    attention_cases.judged_neighbours(student, name, rng)


@graded("content_scores", weight=0.5)
@every
@alone
def test_large_scores_stay_finite(student, rng, name):
    """Very large scores give weights, not NaN"""
    asked = question(student, name, rng, masked=True, scale=300.0)
    expect.finite(
        asked.ask()[1],
        "the attention weights",
        "A large score overflows in exp: torch.softmax subtracts the largest score first.",
    )


@graded("content_scores", weight=0.5)
@every
@alone
def test_gradient_reaches_everything(student, rng, name):
    """The gradient reaches the queries, the keys and the values"""
    asked = question(student, name, rng, masked=True)
    reaches_inputs(
        asked.attention,
        (asked.query, asked.key, asked.value, asked.mask),
        rng,
        {0: "query", 1: "key", 2: "value"},
    )
