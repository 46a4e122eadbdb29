"""Each piece is judged on its own: a test that fails with the student's own parts is tried again with stand-ins.

The student's decoder builds the student's attention, and their search calls their padding mask. Where one of those
parts is broken, its own task has lost the points already.
"""

import functools
from collections.abc import Callable
from typing import Any

import torch

from kireji.grading import Mistake, StudentError

from . import reference

LONGEST = 40          # rows of the mask table
MISFITS = ("TypeError", "AttributeError", "NameError")


def stand_in_padding_mask(student: Any) -> Any:
    """A mask from a table. The table is data made here, so nothing in the sandbox says how a mask is made."""
    return student.make("attention_lab.stand_ins.MaskTable", reference.padding_mask(torch.arange(LONGEST + 1), LONGEST))


def stand_in_attention(student: Any) -> Any:
    """The class itself under the student's name: their decoder builds it."""
    return "attention_lab.stand_ins.PlainAttention"


STAND_INS: dict[str, Callable[[Any], Any]] = {"padding_mask": stand_in_padding_mask,
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
                rng.set_state(state)
                with student.replaced(**{name: STAND_INS[name](student) for name in names}):
                    try:
                        return test(student=student, rng=rng, **fixtures)
                    except (Mistake, StudentError) as alone:
                        raise the_telling_one(own, alone) from None

        return run

    return decorate


def the_telling_one(own: Exception, alone: Exception) -> Exception:
    """Of two failures, the one about this piece: that with the stand-ins, unless those simply did not fit the student's code."""
    misfit = isinstance(alone, StudentError) and alone.type_name in MISFITS
    return own if misfit else alone


