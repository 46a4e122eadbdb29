"""How the attentions that are called with query, key, value and mask are judged."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Generator, Tensor

from kireji.testing import expect
from kireji.testing.diagnoses import MASK_INVERTED_ONCE, PLAIN_MEAN
from kireji.testing.empty_rows import empty_row
from kireji.testing.expect import Diagnosis

from . import reference
from .questions import T_K, T_Q, B, Question, question, smallest_of

CONTENT = ("dot_product_attention", "scaled_dot_product_attention", "GeneralAttention")
SOFTMAX = "attention_lab.stand_ins.share_weights"
ATTENTION = "attention_lab.stand_ins.share_attention"
SAME = (6, 6, 6)  # equal sizes let more mistakes run to the end, so that they get their name


def judged_weights(student: Any, name: str, rng: Generator) -> None:
    """The weights without a mask."""
    with smallest_of(student, name, output=1):
        for sizes in (None, SAME):
            asked = question(student, name, rng, sizes=sizes)
            expect.close(
                asked.ask()[1],
                asked.weights(),
                name="the attention weights",
                diagnoses=asked.mistakes(),
            )


def judged_mask(student: Any, name: str, rng: Generator) -> None:
    """Masked keys get nothing and the others share the rest, be the scores what they may."""
    with smallest_of(student, name, output=1, masked=True):
        asked = question(student, name, rng, masked=True)
        own = asked.ask(mask=None)[1].double()
        given = asked.ask()[1]
        kept = own * asked.mask
        shared = kept / kept.sum(dim=-1, keepdim=True)
        if not torch.allclose(given.double(), shared, atol=1e-4):
            expect.close(
                given,
                shared,
                name="the attention weights",
                diagnoses={**own_mask_mistakes(own, asked.mask), **asked.mistakes()},
            )
        expect.zero_where(
            given, ~asked.mask, hint="Are masked scores set to -inf before the softmax?"
        )
    one = asked.mask[:, :1].contiguous()
    expect.close(
        asked.ask(mask=one)[1],
        asked.ask(mask=one.expand(B, T_Q, T_K).contiguous())[1],
        name="the attention weights",
        hint="A mask (B, 1, T_k) should do the same as one with T_q equal rows.",
    )


def own_mask_mistakes(own: Tensor, mask: Tensor) -> Mapping[str, Tensor]:
    """Wrong uses of a mask on weights that the student's own scores lead to."""
    turned = own * ~mask
    return {
        Diagnosis("mask_ignored", "the mask is ignored"): own,
        Diagnosis(
            "mask_after_softmax",
            "the mask is applied after the softmax, so the rows no longer sum to 1",
        ): own * mask,
        Diagnosis("mask_inverted", "the mask is inverted: True means may attend"): (
            turned / turned.sum(dim=-1, keepdim=True)
        ),
        MASK_INVERTED_ONCE: torch.zeros_like(own),
    }


def judged_context(student: Any, name: str, rng: Generator) -> None:
    """The context is made of the weights that were returned with it, be they what they may."""
    with smallest_of(student, name, output=0):
        for sizes in (None, SAME):
            asked = question(student, name, rng, masked=True, sizes=sizes)
            context, attention_weights = asked.ask()
            given, value = attention_weights.double(), asked.value.double()
            expect.close(
                context,
                reference.mix(given, value),
                name="the context",
                diagnoses=context_mistakes(asked, given, equal=bool(sizes)),
                hint="context = attention_weights @ value.",
            )


def context_mistakes(asked: Question, given: Tensor, equal: bool) -> dict[str, Tensor]:
    """Wrong contexts with the weights `given`; equal: queries, keys and values are of one size."""
    value = asked.value.double()
    mistakes: dict[str, Tensor] = {
        PLAIN_MEAN: value.mean(dim=1, keepdim=True).expand(B, T_Q, -1),
        Diagnosis(
            "softmax_twice", "the weights that mix the values go through a softmax once more"
        ): torch.softmax(given, dim=-1) @ value,
    }
    if equal:
        mistakes[Diagnosis("keys_mixed", "the keys are mixed instead of the values")] = (
            given @ asked.key.double()
        )
        mistakes[Diagnosis("queries_mixed", "the queries are mixed instead of the values")] = (
            given[:, :, :T_Q] @ asked.query.double()
        )
    return mistakes


def judged_empty_row(student: Any, name: str, rng: Generator) -> None:
    """A query that may attend to nothing."""
    with smallest_of(student, name, output=1, masked=True, some=False):
        asked = question(student, name, rng, masked=True)
        before = asked.ask()[1]
        asked.mask[1, 1] = False
        context, attention_weights = asked.ask()
        row = attention_weights[1, 1]
        empty_row(row, asked.ask(mask=None)[1][1, 1])
        expect.zero_where(
            context[1, 1],
            torch.ones_like(context[1, 1], dtype=torch.bool),
            name="that query's context",
        )
    others = asked.mask.any(dim=-1)
    expect.close(
        attention_weights[others],
        before[others],
        name="the other queries' weights",
        hint="A query that may attend to nothing must not change the others.",
    )


def judged_neighbours(student: Any, name: str, rng: Generator) -> None:
    """Sequences of a batch, queries and calls do not disturb one another; inputs stay as they
    were."""
    asked = question(student, name, rng, masked=True)
    together = asked.ask()
    for b in range(B):
        one = slice(b, b + 1)
        alone = asked.ask(
            query=asked.query[one], key=asked.key[one], value=asked.value[one], mask=asked.mask[one]
        )
        expect.close(
            alone[0][0],
            together[0][b],
            name="the context",
            hint="The context of a sequence must not depend on its neighbours in the batch.",
        )
    single = asked.ask(query=asked.query[:, :1], mask=asked.mask[:, :1])
    expect.close(
        single[1][:, 0],
        together[1][:, 0],
        name="the attention weights",
        hint="A query's weights must not depend on the other queries.",
    )
    expect.close(
        asked.ask()[1],
        together[1],
        name="the attention weights",
        hint=(
            "The same call after another one gives another answer: is something kept between calls?"
        ),
    )
    inputs = (asked.query, asked.key, asked.value, asked.mask)
    _, after = asked.attention.with_inputs(*(tensor.clone() for tensor in inputs))
    expect.unchanged(inputs, after, ("query", "key", "value", "mask"))
