"""padding_mask(lengths (B,), max_length) -> (B, max_length), True where a token is real."""

import torch

from kireji.testing import diagnoses, expect, graded

from . import reference

# From the smallest on, so that the first case that fails is the smallest one that does.
CASES = [([1], 1), ([1], 2), ([2], 3), ([1, 2], 2), ([3, 1], 3), ([2, 4, 1], 4)]


def judged(student, cases):
    """The masks of all cases are the reference's, whatever their number type.

    The message shows the first case that is wrong, and names the mistake that explains all of
    them."""
    seen = []
    for lengths, max_length in cases:
        mask, right = (
            student.padding_mask(lengths, max_length),
            reference.padding_mask(lengths, max_length),
        )
        expect.true(
            isinstance(mask, torch.Tensor) and mask.shape == right.shape,
            f"For lengths {lengths.tolist()} and max_length {max_length} a mask of shape"
            f" {tuple(right.shape)} was expected, but {expect.kind(mask)} came.",
        )
        seen.append((f"For lengths {lengths.tolist()} and max_length {max_length}", mask, right))
    wrong = [
        (case, mask, right)
        for case, mask, right in seen
        if not torch.equal(mask.double(), right.double())
    ]
    if not wrong:
        return
    variants = [diagnoses.mask_mistakes(right) for _, _, right in seen]
    for mistake in dict.fromkeys(mistake for some in variants for mistake in some):
        if all(
            torch.equal(mask.double(), some.get(mistake, right).double())
            for (_, mask, right), some in zip(seen, variants, strict=False)
        ):
            raise expect.Mistake(f"It looks as if {mistake}.")
    case, mask, right = wrong[0]
    raise expect.Mistake(f"{case} the mask should be {right.tolist()} and is {mask.tolist()}.")


def draw(rng, n, longest):
    return torch.randint(1, longest + 1, (n,), generator=rng)


@graded("padding_mask", weight=2)
def test_real_tokens_are_true(student, rng):
    """Real tokens are True and padding is False."""
    judged(
        student,
        [
            *((torch.tensor(lengths), max_length) for lengths, max_length in CASES),
            (draw(rng, 6, 9), 9),
        ],
    )


@graded("padding_mask", weight=1)
def test_width_is_max_length(student, rng):
    """The mask is max_length wide, also where every sentence is shorter."""
    lengths = draw(rng, 4, 4)
    mask = student.padding_mask(lengths, 7)
    expect.true(
        not isinstance(mask, torch.Tensor) or tuple(mask.shape) != (4, int(lengths.max())),
        "The mask is as wide as the longest sentence of the batch: it should have max_length"
        " columns.",
    )
    judged(student, [(lengths, 7), (draw(rng, 1, 4), 6)])


@graded("padding_mask", weight=1)
def test_mask_is_boolean(student, rng):
    """The mask is made of booleans, so that it can be inverted and used to select."""
    lengths = draw(rng, 5, 6)
    expect.tensor(student.padding_mask(lengths, 6), shape=(5, 6), dtype=torch.bool, name="the mask")
    judged(student, [(lengths, 6)])
