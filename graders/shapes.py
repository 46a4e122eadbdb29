"""Words for answers of a wrong shape and for arguments that were changed, the same in every assignment."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from kireji.grading import diagnoses, expect


def shaped(tensor: Tensor, what: str, names: Sequence[str], sizes: Sequence[int]) -> None:
    """`tensor` has these sizes; if they came in another order, the message says which."""
    swapped = diagnoses.swapped_axes(tensor.shape, names, sizes)
    expect.true(swapped is None, f"{what}: {swapped}.")
    expect.true(tuple(tensor.shape) == tuple(sizes),
                f"{what} should have shape ({', '.join(names)}) = {tuple(sizes)} and has {tuple(tensor.shape)}.")


def unchanged(inputs: Sequence[Tensor], after: Sequence[Any], names: Sequence[str]) -> None:
    """The inputs are what they were before the call."""
    for name, before, now in zip(names, inputs, after):
        expect.true(isinstance(now, Tensor) and torch.equal(now, before),
                    f"forward changes its input {name} in place: operations that end in _ (masked_fill_, add_) and +=, *= do that.")
