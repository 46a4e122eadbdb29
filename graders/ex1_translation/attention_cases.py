"""Inputs for additive attention, the right answer, and the wrong answers that are worth naming."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from kireji.testing import diagnoses, expect
from kireji.testing.counter_examples import booleans, numbers, smallest
from kireji.testing.expect import Diagnosis

from . import reference
from .additive_mistakes import known_mistakes

B, T_Q, T_K = 2, 3, 5
QUERY_SIZE, KEY_SIZE, HIDDEN_SIZE, VALUE_SIZE = 4, 6, 7, 8


def parameter_shapes(query_size: int, key_size: int) -> dict[str, tuple[int, int]]:
    return {
        "W_query.weight": (HIDDEN_SIZE, query_size),
        "W_key.weight": (HIDDEN_SIZE, key_size),
        "v.weight": (1, HIDDEN_SIZE),
    }


def draw(
    rng: Generator,
    query_size: int = QUERY_SIZE,
    key_size: int = KEY_SIZE,
    value_size: int = VALUE_SIZE,
) -> tuple[Tensor, Tensor, Tensor]:
    """query (B, T_q, query_size), key (B, T_k, key_size), value (B, T_k, value_size)."""
    return (
        torch.randn(B, T_Q, query_size, generator=rng),
        torch.randn(B, T_K, key_size, generator=rng),
        torch.randn(B, T_K, value_size, generator=rng),
    )


def draw_mask(rng: Generator, T_q: int = T_Q) -> Tensor:
    """(B, T_q, T_k): every query may attend to two to four keys, anywhere in the row."""
    order = torch.rand(B, T_q, T_K, generator=rng).argsort(dim=-1)
    return order < torch.randint(2, T_K, (B, T_q, 1), generator=rng)


def loaded(
    student: Any,
    rng: Generator,
    query_size: int = QUERY_SIZE,
    key_size: int = KEY_SIZE,
    v_scale: float = 2.0,
) -> tuple[Any, dict[str, Tensor]]:
    """The student's module with parameters drawn here, and those parameters."""
    weights = {
        name: torch.randn(shape, generator=rng)
        for name, shape in parameter_shapes(query_size, key_size).items()
    }
    weights["v.weight"] = weights["v.weight"] * v_scale / 2
    return given(student, weights), weights


def given(student: Any, weights: dict[str, Tensor]) -> Any:
    """The student's module with these parameters.

    A bias, which should not be there, is 0: only the test that looks for it takes points."""
    query_size, key_size = weights["W_query.weight"].shape[1], weights["W_key.weight"].shape[1]
    attention = student.make(
        "AdditiveAttention", query_size, key_size, weights["v.weight"].shape[1]
    )
    biases = {n: torch.zeros_like(p) for n, p in attention.parameters().items() if "bias" in n}
    attention.load({**biases, **weights})
    return attention


def smallest_of(student: Any, output: int, some: bool = True) -> AbstractContextManager:
    """Adds the smallest input on which an output (0 context, 1 weights) is wrong to a Mistake in
    the block. some: each query may attend to some key."""
    names = ("W_query.weight", "W_key.weight", "v.weight")

    def value_of(key: Tensor, rest: tuple[Tensor, ...]) -> Tensor:
        return torch.zeros(*key.shape[:2], 1) if output else rest[0]

    def call(query: Tensor, key: Tensor, mask: Tensor, *rest: Tensor) -> Any:
        attention = given(student, dict(zip(names, rest[-3:], strict=True)))
        result = attention(query, key, value_of(key, rest), mask)
        return expect.returns(result, "context", "attention_weights")[output]

    def right(query: Tensor, key: Tensor, mask: Tensor, *rest: Tensor) -> Tensor:
        weights = dict(zip(names, rest[-3:], strict=True))
        return reference.additive_attention(query, key, value_of(key, rest), mask, weights)[output]

    values = {} if output else {"value": numbers("B T_k d_v")}  # no weight depends on the values

    return smallest(
        call,
        right,
        query=numbers("B T_q query_size"),
        key=numbers("B T_k key_size"),
        mask=booleans("B T_q T_k", some),
        **values,
        W_query=numbers("H query_size"),
        W_key=numbers("H key_size"),
        v=numbers("1 H"),
    )


def outputs(
    result: Any, B: int = B, T_q: int = T_Q, value_size: int = VALUE_SIZE
) -> tuple[Tensor, Tensor]:
    """(context, attention_weights), where the student's forward returned two tensors of the right
    shapes."""
    context, attention_weights = expect.returns(result, "context", "attention_weights")
    shaped(
        expect.tensor(attention_weights, name="attention_weights"),
        "attention_weights",
        ("B", "T_q", "T_k"),
        (B, T_q, T_K),
    )
    shaped(
        expect.tensor(context, name="context"), "context", ("B", "T_q", "d_v"), (B, T_q, value_size)
    )
    expect.never(
        bool(((attention_weights == 1) | (attention_weights == 0)).all())
        and bool((attention_weights.sum(dim=-1) > 1.5).any()),
        Diagnosis(
            "softmax_over_one",
            "the softmax runs over an axis of size 1, the queries or the batch, so that each weight"
            " is 1: the keys are the last axis, dim=-1",
        ),
    )
    expect.true(
        not indifferent(attention_weights),
        "Every key gets the same weight, whatever the query and the key are: the weights should "
        "come from the scores.",
        "weights_indifferent",
    )
    return context, attention_weights


def indifferent(attention_weights: Tensor) -> bool:
    """Whether no row prefers any of the keys that it looks at. Rows that look at one key or none
    say nothing."""
    rows = [row[row > 1e-6] for row in attention_weights.flatten(0, -2)]
    rows = [row for row in rows if len(row) > 1]
    return bool(rows) and all(
        torch.allclose(row, row[:1].expand_as(row), atol=1e-6) for row in rows
    )


def shaped(tensor: Tensor, what: str, names: Sequence[str], sizes: Sequence[int]) -> None:
    """`tensor` has these sizes; if they came in another order, the message says which."""
    swapped = diagnoses.swapped_axes(tensor.shape, names, sizes)
    expect.true(swapped is None, f"{what}: {swapped}.", "swapped_axes")
    expect.true(
        tuple(tensor.shape) == tuple(sizes),
        f"{what} should have shape ({', '.join(names)}) = {tuple(sizes)} and has"
        f" {tuple(tensor.shape)}.",
    )


def judged(
    student: Any, rng: Generator, look_at: Callable[["Answer"], None], masked: bool = True
) -> None:
    """Ask the student's module with given parameters, for sizes that all differ and for sizes that
    are equal.

    Equal sizes let more mistakes run to the end (one projection for both, keys taken for values),
    so that they get their name."""
    for query_size, key_size, value_size in (
        (QUERY_SIZE, KEY_SIZE, VALUE_SIZE),
        (KEY_SIZE, KEY_SIZE, KEY_SIZE),
    ):
        query, key, value = draw(rng, query_size, key_size, value_size)
        mask = draw_mask(rng) if masked else None
        attention, weights = loaded(student, rng, query_size, key_size)
        result = attention(query, key, value, mask) if masked else attention(query, key, value)
        context, attention_weights = outputs(result, value_size=value_size)
        look_at(Answer(context, attention_weights, query, key, value, mask, weights, attention))


@dataclass
class Answer:
    """What the student's module gave, and what it was given."""

    context: Tensor
    attention_weights: Tensor
    query: Tensor
    key: Tensor
    value: Tensor
    mask: Tensor | None
    weights: dict[str, Tensor]
    attention: Any

    def right(self) -> tuple[Tensor, Tensor]:
        """The context and the weights worked out by the loop."""
        return reference.additive_attention(
            self.query, self.key, self.value, self.mask, self.weights
        )

    def own_unmasked(self) -> Tensor:
        """The student's weights when everything may be attended."""
        return outputs(
            self.attention(self.query, self.key, self.value), value_size=self.value.shape[2]
        )[1]


def judged_weights(answer: Answer) -> None:
    """The weights are those of the formula."""
    expect.close(
        answer.attention_weights,
        answer.right()[1],
        name="the attention weights",
        diagnoses=known_mistakes(
            answer.query, answer.key, answer.value, answer.mask, answer.weights
        ).weights,
    )


def judged_mask(answer: Answer) -> None:
    """Masked keys get nothing and the others share the rest, be the scores what they may."""
    own = answer.own_unmasked()
    kept = own.double() * answer.mask
    shared = kept / kept.sum(dim=-1, keepdim=True)
    if not torch.allclose(answer.attention_weights.double(), shared, atol=1e-4):
        expect.close(
            answer.attention_weights,
            answer.right()[1],
            name="the attention weights",
            diagnoses=known_mistakes(
                answer.query, answer.key, answer.value, answer.mask, answer.weights
            ).weights,
        )
    expect.zero_where(
        answer.attention_weights,
        ~answer.mask,
        hint="Are masked scores set to -inf before the softmax?",
    )


def judged_context(answer: Answer) -> None:
    """The context is made of the weights that were returned with it, be they what they may."""
    weights, value = answer.attention_weights.double(), answer.value.double()
    mistakes: dict[str, Tensor] = {
        diagnoses.PLAIN_MEAN: value.mean(dim=1, keepdim=True).expand(answer.context.shape),
        Diagnosis(
            "softmax_twice", "the weights that mix the values go through a softmax once more"
        ): torch.softmax(weights, dim=-1) @ value,
    }
    if answer.key.shape == answer.value.shape:
        mistakes |= {
            Diagnosis("keys_mixed", "the keys are mixed instead of the values"): (
                weights @ answer.key.double()
            ),
            Diagnosis("queries_mixed", "the queries are mixed instead of the values"): (
                weights[:, :, :T_Q] @ answer.query.double()
            ),
        }
    expect.close(
        answer.context,
        reference.mix(weights, value),
        name="the context",
        diagnoses=mistakes,
        hint="context = attention_weights @ value.",
    )


def unchanged(inputs: Sequence[Tensor], after: Sequence[Any], names: Sequence[str]) -> None:
    """The inputs are what they were before the call."""
    for name, before, now in zip(names, inputs, after, strict=False):
        expect.true(
            isinstance(now, Tensor) and torch.equal(now, before),
            f"forward changes its input {name} in place: operations that end in _ (masked_fill_,"
            " add_) and +=, *= do that.",
            "input_changed_in_place",
        )
