"""Each piece is judged on its own: a test that fails with the student's own parts is tried again with stand-ins.

The student's decoder builds the student's attention, and their search calls their padding mask. Where one of those
parts is broken, its own task has lost the points already.
"""

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor

from kireji.grading import Mistake, StudentError

from . import reference

LONGEST = 40                                         # rows of the mask table
VOCAB_SIZE = 9                                       # of the straight loss
MISFITS = ("TypeError", "AttributeError", "NameError")

_in_place: ContextVar[frozenset[str]] = ContextVar("in_place", default=frozenset())


def stands_in(name: str) -> bool:
    """True while a stand-in is in the place of the student's `name`."""
    return name in _in_place.get()


def loss_table() -> Tensor:
    """(VOCAB_SIZE, VOCAB_SIZE) made-up numbers of the straight loss."""
    return torch.randn(VOCAB_SIZE, VOCAB_SIZE, generator=torch.Generator().manual_seed(5))


def stand_in_padding_mask(student: Any) -> Any:
    """A mask from a table. The table is data made here, so nothing in the sandbox says how a mask is made."""
    return student.make("attention_lab.stand_ins.MaskTable", reference.padding_mask(torch.arange(LONGEST + 1), LONGEST))


def stand_in_loss(student: Any) -> Any:
    """A loss with a gradient, which is not the loss asked for."""
    return student.make("attention_lab.stand_ins.StraightLoss", loss_table())


def stand_in_attention(student: Any) -> Any:
    """The class itself under the student's name: their decoder builds it."""
    return "attention_lab.stand_ins.PlainAttention"


STAND_INS: dict[str, Callable[[Any], Any]] = {"padding_mask": stand_in_padding_mask, "sequence_loss": stand_in_loss,
                                              "AdditiveAttention": stand_in_attention}


def without(*names: str) -> Callable:
    """Decorate a test that must pass whatever the student's own `names` do.

    It runs with the student's own first, because a correct submission may use more of them than the task says.
    Only if it fails it runs again, on the same inputs, with stand-ins in their place."""

    def decorate(test: Callable) -> Callable:
        @functools.wraps(test)
        def run(student: Any, rng: Any, **fixtures: Any) -> None:
            state = rng.get_state()
            try:
                return test(student=student, rng=rng, **fixtures)
            except (Mistake, StudentError) as own:
                if getattr(own, "type_name", "") == "TimeoutError":
                    raise
                first = own
            rng.set_state(state)
            token = _in_place.set(frozenset(names))
            try:
                with student.replaced(**{name: STAND_INS[name](student) for name in names}):
                    return test(student=student, rng=rng, **fixtures)
            except (Mistake, StudentError) as alone:
                raise the_telling_one(first, alone) from None
            finally:
                _in_place.reset(token)

        return run

    return decorate


def the_telling_one(own: Exception, alone: Exception) -> Exception:
    """Of two failures, the one about this piece: that with the stand-ins, unless those simply did not fit the student's code."""
    misfit = isinstance(alone, StudentError) and alone.type_name in MISFITS
    return own if misfit else alone
