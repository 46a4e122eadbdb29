"""sequence_loss(logits (B, T, V), target_ids (B, T), pad_id): mean cross-entropy over the tokens
that are not padding."""

import math

import torch

from kireji.testing import diagnoses, expect, graded
from kireji.testing.counter_examples import chosen, ids, numbers, smallest
from kireji.testing.expect import Diagnosis

from . import reference

B, T, VOCAB_SIZE = 3, 5, 7
LENGTHS = torch.tensor([5, 2, 3])  # uneven, so that every wrong denominator shows


def draw(rng, pad_id=0, lengths=LENGTHS):
    """logits (B, T, V) and target_ids (B, T) with padding after each length."""
    target_ids = torch.randint(1, VOCAB_SIZE, (B, T), generator=rng)
    target_ids = (target_ids + pad_id) % VOCAB_SIZE  # never pad_id itself
    target_ids = target_ids.masked_fill(~reference.padding_mask(lengths, T), pad_id)
    return 2 * torch.randn(B, T, VOCAB_SIZE, generator=rng), target_ids


def number(loss):
    """The loss as a float, whatever its value."""
    expect.true(
        not isinstance(loss, torch.Tensor) or loss.numel() == 1,
        f"Expected one number, the loss of the whole batch, but {expect.kind(loss)} came: is it"
        " averaged (reduction)?",
        "loss_not_reduced",
    )
    if isinstance(loss, torch.Tensor) and loss.is_floating_point():
        return float(loss)
    return expect.number(loss, "the loss")


def agrees_without_padding(student, rng):
    """False if the loss of a batch without padding is another number than the right one: the test
    of that takes the points."""
    logits, target_ids = draw(rng, lengths=torch.tensor([T, T, T]))
    right = float(reference.sequence_loss(logits, target_ids, 0))
    own = number(student.sequence_loss(logits, target_ids, 0))
    return not math.isfinite(own) or math.isclose(own, right, rel_tol=1e-3, abs_tol=1e-4)


def depends_on_logits(student, rng, own, target_ids):
    """Mistake if another batch of logits has the same loss `own`: a constant changes nowhere."""
    other = number(student.sequence_loss(draw(rng)[0], target_ids, 0))
    expect.true(
        not math.isclose(other, own, rel_tol=1e-3, abs_tol=1e-4),
        f"The loss is {own:.4g} for two batches with different logits.",
        "loss_constant",
    )


def wider(logits, target_ids):
    """The same batch with two more columns of padding."""
    more = logits.new_zeros(B, 2, VOCAB_SIZE)
    more[..., 0] = 1.0
    return torch.cat([logits, more], dim=1), torch.cat([target_ids, target_ids.new_zeros(B, 2)], 1)


def judged(loss, logits, target_ids, pad_id):
    value = number(loss)
    expect.true(math.isfinite(value), f"The loss should be a finite number, but it is {value}.")
    log_probabilities = torch.log_softmax(logits.double(), dim=-1)
    token_losses = -log_probabilities.gather(-1, target_ids.unsqueeze(-1)).squeeze(-1)
    mistakes = diagnoses.loss_mistakes(token_losses, target_ids != pad_id)
    mistakes |= logits_mistakes(logits.double(), target_ids, target_ids != pad_id)
    # two mistakes may lead to nearly the same number: the nearest one is named
    nearest = sorted(mistakes.items(), key=lambda mistake: round(abs(float(mistake[1]) - value), 6))
    expect.close(
        torch.tensor(value).double(),
        reference.sequence_loss(logits, target_ids, pad_id),
        diagnoses=dict(nearest),
        name="the loss",
    )


def logits_mistakes(logits, target_ids, real):
    """{what the student took the logits for: the loss it gives}"""

    def mean_of_targets(values):
        return (values.gather(-1, target_ids.unsqueeze(-1)).squeeze(-1) * real).sum() / real.sum()

    probabilities = logits.softmax(dim=-1)
    twice = -probabilities.log_softmax(dim=-1)
    right = mean_of_targets(-logits.log_softmax(dim=-1))
    return {
        Diagnosis(
            "softmax_before_cross_entropy",
            "softmax is applied to the logits before the cross-entropy, which does that itself",
        ): mean_of_targets(twice),
        Diagnosis(
            "logits_as_log_probabilities",
            "the logits are taken for log-probabilities (nll_loss without log_softmax)",
        ): mean_of_targets(-logits),
        Diagnosis(
            "loss_of_probabilities",
            "the mean of minus the probabilities is returned: the logarithm is missing",
        ): mean_of_targets(-probabilities),
        Diagnosis(
            "logits_as_probabilities",
            "the logits are taken for probabilities: log is taken of them, without a softmax",
        ): mean_of_targets(-logits.clamp_min(1e-9).log()),
        Diagnosis("loss_of_sigmoid", "sigmoid is used instead of softmax"): mean_of_targets(
            -torch.nn.functional.logsigmoid(logits)
        ),
        Diagnosis("loss_in_bits", "base 2 is used for the logarithm"): right / math.log(2.0),
        Diagnosis("perplexity", "the exponential of the mean is returned: the perplexity"): (
            right.exp()
        ),
    }


def smallest_loss(student):
    """Adds the smallest batch whose loss is wrong to a Mistake in the block."""

    def right(logits, target_ids, pad_id):
        some = bool((target_ids != pad_id).any())
        return float(reference.sequence_loss(logits, target_ids, pad_id)) if some else None

    return smallest(
        lambda *inputs: float(student.sequence_loss(*inputs)),
        right,
        logits=numbers("B T 2"),
        target_ids=ids("B T", 0, 1),
        pad_id=chosen(0, 1),
    )


@graded("sequence_loss", weight=2)
def test_mean_over_tokens(student, rng):
    """Without padding the loss is the mean cross-entropy of all tokens."""
    logits, target_ids = draw(rng, lengths=torch.tensor([T, T, T]))
    with smallest_loss(student):
        judged(student.sequence_loss(logits, target_ids, 0), logits, target_ids, 0)


@graded("sequence_loss", weight=3)
def test_padding_does_not_count(student, rng):
    """Padding counts neither in the sum nor in the number of tokens."""
    logits, target_ids = draw(rng)
    noise = torch.where(
        (target_ids == 0).unsqueeze(-1), 5 * torch.randn(logits.shape, generator=rng), logits
    )
    own = number(student.sequence_loss(logits, target_ids, 0))
    depends_on_logits(student, rng, own, target_ids)
    with smallest_loss(student):
        if agrees_without_padding(student, rng):
            judged(own, logits, target_ids, 0)
        for changed, what in (
            (number(student.sequence_loss(noise, target_ids, 0)), "the logits at padding change"),
            (number(student.sequence_loss(*wider(logits, target_ids), 0)), "more padding follows"),
        ):
            expect.true(
                math.isclose(changed, own, rel_tol=1e-3, abs_tol=1e-4),
                f"The loss changes where {what}: padding counts in the sum or in the number of"
                " tokens.",
                "loss_counts_padding",
            )


@graded("sequence_loss", weight=1)
def test_any_id_may_be_padding(student, rng):
    """The padding is what pad_id says, not always 0."""
    logits, target_ids = draw(rng)
    order = torch.tensor([4, 1, 2, 3, 0, 5, 6])  # words 0 and 4 change places
    own, other = (
        number(student.sequence_loss(*inputs))
        for inputs in ((logits, target_ids, 0), (logits[..., order], order[target_ids], 4))
    )
    depends_on_logits(student, rng, own, target_ids)
    expect.true(
        math.isclose(own, other, rel_tol=1e-3, abs_tol=1e-4),
        "The loss changes where pad_id is 4 and 0 is a word: is 0 taken for padding, whatever"
        " pad_id says?",
        "pad_id_fixed",
    )


@graded("sequence_loss", weight=1)
def test_large_logits_stay_finite(student, rng):
    """Very sure and very wrong predictions give a large loss, not infinity or NaN."""
    logits, target_ids = draw(rng)
    value = number(student.sequence_loss(200 * logits, target_ids, 0))
    right = float(reference.sequence_loss(200 * logits, target_ids, 0))
    expect.true(
        math.isfinite(value),
        f"The loss should be a finite number, but it is {value}: log(softmax(x)) underflows to"
        " log(0). Use cross_entropy or log_softmax.",
        "log_of_softmax",
    )
    # What is divided by is another test's business.
    expect.true(
        abs(value) > right / 3,
        f"The loss of predictions that are sure and wrong is only {value:.3g}: is something added"
        " to the probability, or a limit set, before the logarithm? cross_entropy needs neither.",
        "loss_limited",
    )


@graded("sequence_loss", weight=1)
def test_gradient(student, rng):
    """The gradient pushes every real token's logits, and none at padding."""
    logits, target_ids = draw(rng)
    expect.true(
        isinstance(student.sequence_loss(logits, target_ids, 0), torch.Tensor),
        "The loss comes back as a plain number, so "
        "that nothing can be learned from it: return the tensor, without item().",
        "loss_is_a_number",
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
    likeness = float((gradient.double() * right).sum() / (gradient.norm() * right.norm()))
    # Its length is that of the loss, which other tests look at.
    expect.true(
        abs(likeness) > 0.999,
        "The gradient of the logits has another direction than that of the cross-entropy (cosine"
        f" {likeness:.2f}, 1 expected).",
    )
