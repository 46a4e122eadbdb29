"""Lesson 3: equal to PyTorch's own, blind to order and to the future, and a game dealt by the
rules."""

import self_attention as lesson
import torch
from basic_attention import attention, causal_mask, scaled_dot_product
from torch import nn


def test_equal_to_torch():
    assert max(lesson.differences_from_torch().values()) < 1e-5


def test_unequal_to_torch_when_the_mask_is_not_turned_round():
    torch.manual_seed(0)
    layer, x, mask = lesson.SelfAttention(12, 3, 4, 4), torch.randn(2, 7, 12), causal_mask(7)
    theirs = lesson.to_torch_layer(layer)(
        x, x, x, attn_mask=mask | torch.eye(7, dtype=torch.bool).roll(1, 1)
    )[0]
    assert not torch.allclose(theirs.nan_to_num(), layer(x, mask)[0], atol=1e-2)


def test_heads_are_independent_attentions_whose_results_add_up():
    torch.manual_seed(0)
    layer, x = lesson.SelfAttention(d_model=10, n_heads=3, d_k=4, d_v=5), torch.randn(2, 6, 10)
    context, attention_weights = layer(x, causal_mask(6))
    assert attention_weights.shape == (2, 3, 6, 6)
    total = torch.zeros(2, 6, 10)
    for h in range(3):
        head, weights = attention(
            x @ layer.W_q[h], x @ layer.W_k[h], x @ layer.W_v[h], scaled_dot_product, causal_mask(6)
        )
        torch.testing.assert_close(weights, attention_weights[:, h])
        total = total + head @ layer.W_o[h]
    torch.testing.assert_close(total, context)


def test_blind_to_order_until_positions_are_added_and_to_the_future_under_a_causal_mask():
    without, with_waves = lesson.order_blindness()
    assert without < 1e-5 < 0.1 < with_waves
    assert lesson.gap_of_the_past() == 0


def test_waves_know_only_the_distance():
    waves = lesson.positional_waves(50, 16)
    products = waves @ waves.T
    for distance in (0, 3, 20):
        diagonal = products.diagonal(distance)
        torch.testing.assert_close(diagonal, diagonal[0].expand_as(diagonal), rtol=1e-4, atol=1e-4)


def test_twins_know_each_others_colours():
    game = lesson.deal(5, 4, torch.Generator().manual_seed(0))
    for picture, colour, twin_colour in zip(*(x.tolist() for x in game), strict=True):
        for i, card in enumerate(picture):
            twins = [j for j, other in enumerate(picture) if other == card and j != i]
            assert len(twins) == 1 and twin_colour[i] == colour[twins[0]]


def test_the_recurrent_player_is_no_smaller():
    sizes = {name: lesson.n_parameters(build()) for name, (build, _) in lesson.PLAYERS.items()}
    assert sizes["self-attention"] <= sizes["two-way LSTM"] < 1.3 * sizes["self-attention"]
    assert isinstance(lesson.PLAYERS["two-way LSTM"][0]().lstm, nn.LSTM)
