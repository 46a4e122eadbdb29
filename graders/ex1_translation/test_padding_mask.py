"""padding_mask(lengths (B,), max_length) -> (B, max_length), True where a token is real."""

import torch

from kireji.testing import diagnoses, expect, graded
from kireji.testing.counter_examples import ids, size, smallest

from . import reference

CASES = [([1], 1), ([1], 2), ([2], 3), ([1, 2], 2), ([3, 1], 3), ([2, 4, 1], 4)]


def judged(student, cases):
    """The masks of all cases are the reference's, whatever their number type.

    A mistake is named where it explains all of them."""
    seen = []
    for lengths, max_length in cases:
        mask = shaped(student.padding_mask(lengths, max_length), lengths, max_length)
        seen.append((mask, reference.padding_mask(lengths, max_length)))
    wrong = [i for i, (mask, right) in enumerate(seen) if not same(mask, right)]
    if not wrong:
        return
    variants = [diagnoses.mask_mistakes(right) for _, right in seen]
    for mistake in dict.fromkeys(mistake for some in variants for mistake in some):
        explained = zip(seen, variants, strict=True)
        expect.never(
            all(same(mask, some.get(mistake, right)) for (mask, right), some in explained), mistake
        )
    lengths, max_length = cases[wrong[0]]
    raise expect.Mistake(
        f"For lengths {lengths.tolist()} and max_length {max_length} the mask is wrong in"
        f" {int((seen[wrong[0]][0].double() != seen[wrong[0]][1].double()).sum())} places."
    )


def same(one, other):
    return torch.equal(one.double(), other.double())


def shaped(mask, lengths, max_length):
    """`mask` if it is a tensor of the right shape."""
    expected = (len(lengths), max_length)
    expect.true(
        isinstance(mask, torch.Tensor) and tuple(mask.shape) == expected,
        f"For lengths {lengths.tolist()} and max_length {max_length} a mask of shape {expected} was"
        f" expected, but {expect.kind(mask)} came.",
    )
    return mask


def smallest_mask(student):
    """Adds the smallest lengths whose mask is wrong to a Mistake in the block. A mask of numbers is
    shown as it is meant."""
    return smallest(
        lambda *inputs: expect.tensor(student.padding_mask(*inputs), dtype=torch.bool),
        reference.padding_mask,
        lengths=ids("B", 1, "T"),
        max_length=size("T"),
    )


def draw(rng, n, longest):
    return torch.randint(1, longest + 1, (n,), generator=rng)


@graded("padding_mask", weight=2)
def test_real_tokens_are_true(student, rng):
    """Real tokens are True and padding is False."""
    with smallest_mask(student):
        cases = [(torch.tensor(lengths), max_length) for lengths, max_length in CASES]
        judged(student, [*cases, (draw(rng, 6, 9), 9)])


@graded("padding_mask", weight=1)
def test_width_is_max_length(student, rng):
    """The mask is max_length wide, also where every sentence is shorter."""
    lengths = draw(rng, 4, 4)
    mask = student.padding_mask(lengths, 7)
    expect.true(
        not isinstance(mask, torch.Tensor) or tuple(mask.shape) != (4, int(lengths.max())),
        "The mask is as wide as the longest sentence of the batch: it should have max_length"
        " columns.",
        "width_of_the_longest",
    )
    # Compared with the student's own mask: what is wrong in it is the first test's business.
    wider = shaped(student.padding_mask(lengths, 9), lengths, 9)
    expect.true(
        same(wider[:, :7], shaped(mask, lengths, 7)),
        "With a larger max_length the first columns change: a position is real or padding whatever"
        " the width.",
        "width_changes_the_mask",
    )


@graded("padding_mask", weight=1)
def test_mask_is_boolean(student, rng):
    """The mask is made of booleans, so that it can be inverted and used to select."""
    mask = student.padding_mask(draw(rng, 5, 6), 6)
    expect.tensor(mask, shape=(5, 6), dtype=torch.bool, name="the mask")
