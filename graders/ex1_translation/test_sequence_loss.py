"""sequence_loss(logits (B, T, V), target_ids (B, T), pad_id): mean cross-entropy over the tokens
that are not padding."""

import math

import torch

from kireji.testing import diagnoses, expect, graded

from . import reference

B, T, VOCAB_SIZE = 3, 5, 7
LENGTHS = torch.tensor([5, 2, 3])  # uneven, so that every wrong denominator shows


def draw(rng, pad_id=0, lengths=LENGTHS):
    """logits (B, T, V) and target_ids (B, T) with padding after each length."""
    target_ids = torch.randint(1, VOCAB_SIZE, (B, T), generator=rng)
    target_ids = (target_ids + pad_id) % VOCAB_SIZE  # never pad_id itself
    target_ids = target_ids.masked_fill(~reference.padding_mask(lengths, T), pad_id)
    return 2 * torch.randn(B, T, VOCAB_SIZE, generator=rng), target_ids


def judged(loss, logits, target_ids, pad_id, hint=""):
    expect.true(
        not isinstance(loss, torch.Tensor) or loss.numel() == 1,
        f"Expected one number, the loss of the whole batch, but {expect.kind(loss)} came: is it"
        " averaged (reduction)?",
    )
    value = (
        float(loss)
        if isinstance(loss, torch.Tensor) and loss.is_floating_point()
        else expect.number(loss, "the loss")
    )
    expect.true(
        math.isfinite(value), f"The loss should be a finite number, but it is {value}. {hint}"
    )
    log_probabilities = torch.log_softmax(logits.double(), dim=-1)
    token_losses = -log_probabilities.gather(-1, target_ids.unsqueeze(-1)).squeeze(-1)
    mistakes = diagnoses.loss_mistakes(token_losses, target_ids != pad_id)
    again = torch.log_softmax(logits.double().softmax(dim=-1), dim=-1)
    mistakes[
        "softmax is applied to the logits before the cross-entropy, which does that itself"
    ] = reference.sequence_loss(again, target_ids, pad_id)
    mistakes["base 2 is used for the logarithm"] = (
        reference.sequence_loss(logits, target_ids, pad_id) / torch.tensor(2.0).log()
    )
    expect.close(
        torch.tensor(value).double(),
        reference.sequence_loss(logits, target_ids, pad_id),
        hint=hint,
        diagnoses=mistakes,
        name="the loss",
    )


@graded("sequence_loss", weight=2)
def test_mean_over_tokens(student, rng):
    """Without padding the loss is the mean cross-entropy of all tokens."""
    logits, target_ids = draw(rng, lengths=torch.tensor([T, T, T]))
    judged(student.sequence_loss(logits, target_ids, 0), logits, target_ids, 0)


@graded("sequence_loss", weight=3)
def test_padding_does_not_count(student, rng):
    """Padding counts neither in the sum nor in the number of tokens."""
    logits, target_ids = draw(rng)
    judged(student.sequence_loss(logits, target_ids, 0), logits, target_ids, 0)
    noise = torch.where(
        (target_ids == 0).unsqueeze(-1), 5 * torch.randn(logits.shape, generator=rng), logits
    )
    judged(student.sequence_loss(noise, target_ids, 0), noise, target_ids, 0)


@graded("sequence_loss", weight=1)
def test_any_id_may_be_padding(student, rng):
    """The padding is what pad_id says, not always 0."""
    logits, target_ids = draw(rng, pad_id=4)
    judged(
        student.sequence_loss(logits, target_ids, 4),
        logits,
        target_ids,
        4,
        hint="Here pad_id is 4 and 0 is a word.",
    )


@graded("sequence_loss", weight=1)
def test_large_logits_stay_finite(student, rng):
    """Very sure and very wrong predictions give a large loss, not infinity or NaN."""
    logits, target_ids = draw(rng)
    judged(
        student.sequence_loss(200 * logits, target_ids, 0),
        200 * logits,
        target_ids,
        0,
        hint="log(softmax(x)) underflows to log(0): use cross_entropy or log_softmax.",
    )


@graded("sequence_loss", weight=1)
def test_gradient(student, rng):
    """The gradient pushes every real token's logits, and none at padding."""
    logits, target_ids = draw(rng)
    expect.true(
        isinstance(student.sequence_loss(logits, target_ids, 0), torch.Tensor),
        "The loss comes back as a plain number, so "
        "that nothing can be learned from it: return the tensor, without item().",
    )
    gradient = student.sequence_loss.gradients(logits, target_ids, 0, wrt="inputs")
    gradient = gradient[0] if isinstance(gradient, list) and gradient else None
    expect.true(
        isinstance(gradient, torch.Tensor),
        "No gradient reaches the logits: no detach(), .data or torch.no_grad() here.",
    )
    expect.tensor(gradient, shape=(B, T, VOCAB_SIZE), name="the gradient of the logits")
    right = reference.sequence_loss_gradient(logits, target_ids, 0)
    expect.zero_where(
        gradient,
        (target_ids == 0).unsqueeze(-1),
        name="the gradient at padding",
        hint="Padding must not be learned from.",
    )
    expect.close(
        gradient,
        right,
        name="the gradient of the logits",
        atol=1e-5,
        diagnoses={
            "the loss is divided by another number than that of the real tokens": right
            * gradient.double().norm()
            / right.norm()
        },
    )
