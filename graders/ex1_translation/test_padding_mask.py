"""padding_mask(lengths (B,), max_length) -> (B, max_length), True where a token is real."""

import torch

from kireji.grading import diagnoses, expect, graded

from . import reference

# From the smallest on, so that the first case that fails is the smallest one that does.
CASES = [([1], 1), ([1], 2), ([2], 3), ([1, 2], 2), ([3, 1], 3), ([2, 4, 1], 4)]


def judged(mask, lengths, max_length):
    """The mask is the reference's, whatever its number type; the message shows the case."""
    right = reference.padding_mask(lengths, max_length)
    case = f"for lengths {lengths.tolist()} and max_length {max_length}"
    expect.tensor(mask, shape=tuple(right.shape))
    for mistake, wrong in diagnoses.mask_mistakes(right).items():
        expect.true(not torch.equal(mask.bool(), wrong), f"{case}: {mistake}.")
    expect.true(torch.equal(mask.double(), right.double()),
                f"{case} the mask should be {right.tolist()} and is {mask.tolist()}.")


@graded("padding_mask", weight=2)
def test_real_tokens_are_true(student, rng):
    """Real tokens are True and padding is False."""
    for lengths, max_length in CASES:
        lengths = torch.tensor(lengths)
        judged(student.padding_mask(lengths, max_length), lengths, max_length)
    lengths = torch.randint(1, 10, (6,), generator=rng)
    judged(student.padding_mask(lengths, 9), lengths, 9)


@graded("padding_mask", weight=1)
def test_width_is_max_length(student, rng):
    """The mask is max_length wide, also where every sentence is shorter."""
    lengths = torch.randint(1, 5, (4,), generator=rng)
    mask = student.padding_mask(lengths, 7)
    expect.true(not isinstance(mask, torch.Tensor) or tuple(mask.shape) != (4, int(lengths.max())),
                "the mask is as wide as the longest sentence of the batch: it should have max_length columns.")
    judged(mask, lengths, 7)


@graded("padding_mask", weight=1)
def test_mask_is_boolean(student, rng):
    """The mask is made of booleans, so that it can be inverted and used to select."""
    lengths = torch.randint(1, 7, (5,), generator=rng)
    mask = student.padding_mask(lengths, 6)
    expect.tensor(mask, shape=(5, 6), dtype=torch.bool)
    judged(mask, lengths, 6)
