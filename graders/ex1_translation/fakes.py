"""What stands in for the student's own parts, so that each piece is judged on its own.

The student's decoder builds the student's attention, and their search calls their padding mask.
Where one of those parts is broken, its own task has lost the points already.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from kireji.testing import isolation

from . import reference

LONGEST = 40  # rows of the mask table
VOCAB_SIZE = 9  # of the straight loss


def loss_table() -> Tensor:
    """(VOCAB_SIZE, VOCAB_SIZE) made-up numbers of the straight loss."""
    return torch.randn(VOCAB_SIZE, VOCAB_SIZE, generator=torch.Generator().manual_seed(5))


def stand_in_padding_mask(student: Any) -> Any:
    """A mask from a table. The table is data made here, so nothing in the sandbox says how a mask
    is made."""
    return student.make(
        "attention_lab.stand_ins.MaskTable",
        reference.padding_mask(torch.arange(LONGEST + 1), LONGEST),
    )


def stand_in_loss(student: Any) -> Any:
    """A loss with a gradient, which is not the loss asked for."""
    return student.make("attention_lab.stand_ins.StraightLoss", loss_table())


def stand_in_attention(student: Any) -> Any:
    """The class itself under the student's name: their decoder builds it."""
    return "attention_lab.stand_ins.PlainAttention"


STAND_INS: dict[str, Callable[[Any], Any]] = {
    "padding_mask": stand_in_padding_mask,
    "sequence_loss": stand_in_loss,
    "AdditiveAttention": stand_in_attention,
}


def without(*names: str) -> Callable:
    """Decorate a test that must pass whatever the student's own `names` do."""
    return isolation.without({name: STAND_INS[name] for name in names})
