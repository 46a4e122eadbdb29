"""Lesson 1: the mechanisms against slow loops, masks, and the numbers that the theory quotes."""

import math

import basic_attention as lesson
import pytest
import torch

B, T_Q, T_K, D_K, D_V, N = 2, 3, 5, 4, 6, 7


@pytest.fixture
def inputs() -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(7)
    return tuple(
        torch.randn(*shape, generator=generator)
        for shape in [(B, T_Q, D_K), (B, T_K, D_K), (B, T_K, D_V)]
    )


def by_hand(score, query, key, value):
    """One query at a time, with the score of two vectors given as a function of (q, k, position of
    k)."""
    context = torch.zeros(B, T_Q, D_V)
    for b in range(B):
        for i in range(T_Q):
            shares = [math.exp(score(query[b, i], key[b, j], j)) for j in range(T_K)]
            context[b, i] = sum(share / sum(shares) * value[b, j] for j, share in enumerate(shares))
    return context


def test_every_score_agrees_with_its_formula(inputs):
    generator = torch.Generator().manual_seed(8)
    W_a, W_q, W_k, v_a = (
        torch.randn(*shape, generator=generator) for shape in [(D_K, D_K), (D_K, N), (D_K, N), (N,)]
    )
    # two positions more than this sequence has
    W_place = torch.randn(D_K, T_K + 2, generator=generator)
    pairs = [
        (lesson.dot_product, lambda q, k, j: q.dot(k)),
        (lesson.scaled_dot_product, lambda q, k, j: q.dot(k) / D_K**0.5),
        (lesson.general(W_a), lambda q, k, j: q.dot(W_a.mv(k))),
        (
            lesson.additive(W_q, W_k, v_a),
            lambda q, k, j: v_a.dot((W_q.T.mv(q) + W_k.T.mv(k)).tanh()),
        ),
        (lesson.location(W_place), lambda q, k, j: W_place[:, j].dot(q)),
    ]
    for score, formula in pairs:
        context, attention_weights = lesson.attention(*inputs, score)
        assert attention_weights.shape == (B, T_Q, T_K)
        torch.testing.assert_close(attention_weights.sum(dim=-1), torch.ones(B, T_Q))
        torch.testing.assert_close(context, by_hand(formula, *inputs), rtol=1e-4, atol=1e-5)


def test_masked_keys_are_as_good_as_absent(inputs):
    query, key, value = inputs
    context, attention_weights = lesson.attention(
        query, key, value, lesson.dot_product, lesson.padding_mask(torch.tensor([3, 3]), T_K)
    )
    shorter, _ = lesson.attention(query, key[:, :3], value[:, :3], lesson.dot_product)
    assert (attention_weights[:, :, 3:] == 0).all()
    torch.testing.assert_close(context, shorter)


def test_wrong_masks_change_the_result(inputs):
    query, key, value = inputs
    mask = lesson.padding_mask(torch.tensor([5, 3]), T_K)
    right, _ = lesson.attention(query, key, value, lesson.dot_product, mask)
    for wrong in (None, ~mask, lesson.padding_mask(torch.tensor([5, 4]), T_K)):
        assert not torch.allclose(
            lesson.attention(query, key, value, lesson.dot_product, wrong)[0][1], right[1]
        )


def test_a_query_that_may_attend_to_nothing_gets_zeros_and_finite_gradients(inputs):
    query, key, value = (x.clone().requires_grad_() for x in inputs)
    mask = lesson.padding_mask(torch.tensor([5, 0]), T_K)
    context, attention_weights = lesson.attention(
        query, key, value, lesson.scaled_dot_product, mask
    )
    assert (context[1] == 0).all() and (attention_weights[1] == 0).all()
    context.sum().backward()
    assert all(x.grad.isfinite().all() for x in (query, key, value))


def test_causal_mask():
    assert lesson.causal_mask(4).tolist() == torch.ones(4, 4, dtype=torch.bool).tril().tolist()


def test_the_example_that_the_theory_works_by_hand():
    scores = torch.tensor([[[2.0, 1.0, 0.0]]])
    context, attention_weights = lesson.attention(
        torch.ones(1, 1, 1),
        torch.ones(1, 3, 1),
        torch.tensor([[[10.0], [20.0], [30.0]]]),
        lambda query, key: scores,
    )
    assert [round(weight, 2) for weight in attention_weights[0, 0].tolist()] == [0.67, 0.24, 0.09]
    assert round(context.item(), 2) == 14.25


def test_each_mechanism_finds_what_it_can():
    accuracy = lesson.compare(steps=150)
    assert (
        min(
            accuracy["dot-product"][0],
            *accuracy["general"][:2],
            *accuracy["additive"][:2],
            accuracy["location-based"][2],
        )
        > 0.9
    )
    assert (
        max(
            accuracy["dot-product"][1],
            accuracy["general"][2],
            accuracy["additive"][2],
            *accuracy["location-based"][:2],
        )
        < 0.3
    )
