"""Each diagnosis is a wrong answer, and the one it says it is."""

import torch

from kireji.testing import diagnoses

RNG = torch.Generator().manual_seed(0)
SCORES, VALUE = torch.randn(2, 3, 5, generator=RNG), torch.randn(2, 5, 7, generator=RNG)
MASK = torch.arange(5).expand(2, 3, 5) < torch.tensor([[[3]], [[4]]])


def named(mistakes, words):
    (found,) = [value for name, value in mistakes.items() if words in name]
    return found


def test_attention_mistakes_are_all_wrong_and_named():
    right = SCORES.masked_fill(~MASK, -torch.inf).softmax(-1)
    mistakes = diagnoses.attention_mistakes(SCORES, MASK, VALUE)
    assert all(
        wrong.shape != right.shape or not torch.allclose(wrong, right)
        for wrong in mistakes.weights.values()
    )
    torch.testing.assert_close(named(mistakes.weights, "mask is ignored"), SCORES.softmax(-1))
    torch.testing.assert_close(
        named(mistakes.weights, "after the softmax"), SCORES.softmax(-1) * MASK
    )
    torch.testing.assert_close(
        named(mistakes.context, "mask is ignored"), SCORES.softmax(-1) @ VALUE
    )
    # no different while every row has an allowed key
    assert not any("-1e9" in name for name in mistakes.weights)


def test_a_large_negative_number_shows_only_where_a_row_is_all_masked():
    mask = MASK.clone()
    mask[0, 1] = False
    uniform = named(diagnoses.attention_mistakes(SCORES, mask, VALUE).weights, "-1e9")
    torch.testing.assert_close(uniform[0, 1], torch.full((5,), 0.2))


def test_mask_mistakes():
    right = torch.tensor([[True, True, False], [True, False, False]])
    mistakes = diagnoses.mask_mistakes(right)
    assert named(mistakes, "too short").tolist() == [[True, False, False], [False, False, False]]
    assert named(mistakes, "too long").tolist() == [[True, True, True], [True, True, False]]
    assert "everything is True" not in " ".join(
        diagnoses.mask_mistakes(torch.ones(2, 2, dtype=torch.bool))
    )


def test_causal_mask_mistakes():
    right = torch.tril(torch.ones(3, 3, dtype=torch.bool))
    mistakes = diagnoses.causal_mask_mistakes(right)
    assert (
        named(mistakes, "future").equal(right.T)
        and not named(mistakes, "also see itself").diagonal().any()
    )


def test_loss_mistakes():
    losses, real = (
        torch.tensor([[1.0, 2.0, 3.0], [4.0, 8.0, 9.0]]),
        torch.tensor([[1, 1, 1], [1, 0, 0]]).bool(),
    )
    mistakes = diagnoses.loss_mistakes(losses, real)
    assert named(mistakes, "denominator counts padding") == 10 / 6
    assert named(mistakes, "number of sentences") == 5
    assert named(mistakes, "each sentence's mean") == 3
    assert named(mistakes, "only padding") == 8.5


def test_scaling_mistakes():
    assert named(diagnoses.scaling_mistakes(SCORES, 4, scaled=True), "not divided").allclose(
        2 * SCORES
    )
    assert named(diagnoses.scaling_mistakes(SCORES, 4, scaled=False), "by sqrt").allclose(
        SCORES / 2
    )


def test_swapped_axes():
    names, sizes = ("B", "T_q", "T_k"), (2, 3, 5)
    assert "batch and time are swapped" in diagnoses.swapped_axes((3, 2, 5), names, sizes)
    assert "got (B, T_k, T_q)" in diagnoses.swapped_axes((2, 5, 3), names, sizes)
    for no_story in ((2, 3, 5), (2, 3, 6), (2, 3)):
        assert diagnoses.swapped_axes(no_story, names, sizes) is None
