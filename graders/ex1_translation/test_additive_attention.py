"""AdditiveAttention(query_size, key_size, hidden_size): scores v . tanh(W_query q + W_key k), then
a masked softmax.

All sizes differ, so that a transpose cannot pass by luck."""

import torch

from kireji.testing import expect, graded
from kireji.testing.empty_rows import empty_row
from kireji.testing.gradients import reaches_inputs, reaches_parameters

from . import attention_cases as cases
from .attention_cases import HIDDEN_SIZE, KEY_SIZE, QUERY_SIZE, T_K, T_Q, B


@graded("additive_attention", weight=1)
def test_projections_have_their_names(student, rng):
    """The three projections are called W_query, W_key and v, and have no bias."""
    attention = student.make("AdditiveAttention", QUERY_SIZE, KEY_SIZE, HIDDEN_SIZE)
    parameters = attention.parameters()
    for name, shape in cases.parameter_shapes(QUERY_SIZE, KEY_SIZE).items():
        expect.true(
            name in parameters,
            f"There is no parameter {name}: found {', '.join(sorted(parameters)) or 'none'}. "
            "Are W_query, W_key and v nn.Linear layers on self?",
        )
        expect.true(
            tuple(parameters[name].shape) == shape,
            f"{name} should have shape {shape} and has {tuple(parameters[name].shape)}: are the"
            " sizes given to nn.Linear in the order (in, out)?",
        )
        bias = name.replace("weight", "bias")
        expect.true(
            bias not in parameters,
            f"{bias} should not be there: use nn.Linear(..., bias=False).",
            "bias_not_left_out",
        )
    cases.outputs(attention(*cases.draw(rng)))


@graded("additive_attention", weight=2)
def test_rows_sum_to_one(student, rng):
    """The weights of each query are shares: none negative, together 1."""
    attention = student.make("AdditiveAttention", QUERY_SIZE, KEY_SIZE, HIDDEN_SIZE)
    context, attention_weights = cases.outputs(attention(*cases.draw(rng)))
    columns = attention_weights.sum(dim=1)
    expect.true(
        not torch.allclose(columns, torch.ones_like(columns), atol=1e-4),
        "The weights sum to 1 over the queries, not over the keys: the softmax runs over the wrong"
        " axis (use dim=-1).",
        "softmax_over_queries",
    )
    expect.rows_sum_to_one(
        attention_weights, hint="Is the softmax over the last dimension, the keys?"
    )


@graded("additive_attention", weight=5)
def test_scores_go_through_tanh(student, rng):
    """The weights are those of v · tanh(W_query q + W_key k)."""
    with cases.smallest_of(student, output=1):
        cases.judged(student, rng, cases.judged_weights, masked=False)


@graded("additive_attention", weight=3)
def test_masked_keys_get_no_weight(student, rng):
    """A masked key gets exactly zero weight, and the others share the rest."""
    with cases.smallest_of(student, output=1):
        cases.judged(student, rng, cases.judged_mask)


@graded("additive_attention", weight=2)
def test_context_is_the_weighted_sum(student, rng):
    """The context is the sum of the values, each times its weight."""
    with cases.smallest_of(student, output=0):
        cases.judged(student, rng, cases.judged_context)


@graded("additive_attention", weight=2)
def test_sentences_do_not_mix(student, rng):
    """A sentence gets the same answer alone and in a batch, on the first call and on the second."""
    query, key, value = cases.draw(rng)
    mask = cases.draw_mask(rng)
    attention, weights = cases.loaded(student, rng)
    together = cases.outputs(attention(query, key, value, mask))
    for b in range(B):
        alone = cases.outputs(
            attention(query[b : b + 1], key[b : b + 1], value[b : b + 1], mask[b : b + 1]), B=1
        )
        for name, one, many in zip(("context", "attention_weights"), alone, together, strict=False):
            expect.close(
                one[0],
                many[b],
                name=name,
                hint=f"The {name} of a sentence must not depend on its neighbours in the batch.",
            )
    fresh = cases.given(student, weights)
    cases.outputs(fresh(*cases.draw(rng), cases.draw_mask(rng)))
    again = cases.outputs(fresh(query, key, value, mask, seed=1))
    expect.close(
        again[1],
        together[1],
        name="the attention weights",
        hint="The same call after another one gives another answer: is something kept on self?",
    )
    # One query at a time is how the decoder asks.
    for i in range(T_Q):
        single = cases.outputs(
            attention(query[:, i : i + 1], key, value, mask[:, i : i + 1]), T_q=1
        )
        expect.close(
            single[1][:, 0],
            together[1][:, i],
            hint="A query's weights must not depend on the other queries.",
        )


@graded("additive_attention", weight=1)
def test_one_mask_for_all_queries(student, rng):
    """A mask (B, 1, T_k) holds for every query."""
    query, key, value = cases.draw(rng)
    mask = cases.draw_mask(rng, T_q=1)
    attention, _ = cases.loaded(student, rng)
    one, every = (
        cases.outputs(attention(query, key, value, some))
        for some in (mask, mask.expand(B, T_Q, T_K).contiguous())
    )
    for name, of_one, of_every in zip(("context", "attention_weights"), one, every, strict=False):
        expect.close(
            of_one,
            of_every,
            name=name,
            hint="A mask (B, 1, T_k) should do the same as one with T_q equal rows.",
        )
    expect.zero_where(one[1], ~mask, hint="Is the mask used?")


@graded("additive_attention", weight=1)
def test_large_scores_stay_finite(student, rng):
    """Very large scores give weights, not NaN."""
    attention, _ = cases.loaded(student, rng, v_scale=400.0)
    _, attention_weights = cases.outputs(attention(*cases.draw(rng), cases.draw_mask(rng)))
    expect.finite(
        attention_weights,
        "the attention weights",
        "A large score overflows in exp: torch.softmax subtracts the largest score first.",
    )


@graded("additive_attention", weight=1)
def test_all_keys_masked(student, rng):
    """A query that may attend to nothing gets zero weights and a zero context, not NaN."""
    mask = cases.draw_mask(rng)
    attention, _ = cases.loaded(student, rng)
    query, key, value = cases.draw(rng)
    before = cases.outputs(attention(query, key, value, mask))[1]
    mask[1, 1] = False
    context, attention_weights = cases.outputs(attention(query, key, value, mask))
    _, unmasked = cases.outputs(attention(query, key, value))
    with cases.smallest_of(student, output=1, some=False):
        empty_row(attention_weights[1, 1], unmasked[1, 1])
    others = mask.any(dim=-1)
    expect.close(
        attention_weights[others],
        before[others],
        name="the other queries' weights",
        hint="A query that may attend to nothing must not change the others.",
    )
    expect.zero_where(
        context[1, 1], torch.ones_like(context[1, 1], dtype=torch.bool), name="that query's context"
    )


@graded("additive_attention", weight=1)
def test_gradient_reaches_everything(student, rng):
    """The gradient reaches all three projections, the query, the keys and the values."""
    query, key, value = cases.draw(rng)
    attention, _ = cases.loaded(student, rng)
    inputs = query, key, value, cases.draw_mask(rng)
    reaches_parameters(attention, inputs, rng)
    reaches_inputs(attention, inputs, rng, {0: "query", 1: "key", 2: "value"})


@graded("additive_attention", weight=1)
def test_inputs_stay_as_they_were(student, rng):
    """The inputs are not changed in place."""
    inputs = (*cases.draw(rng), cases.draw_mask(rng))
    attention, _ = cases.loaded(student, rng)
    result, after = attention.with_inputs(*inputs)
    cases.outputs(result)
    cases.unchanged(inputs, after, ("query", "key", "value", "mask"))
