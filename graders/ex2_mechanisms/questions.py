"""What an attention with query, key, value and mask is asked: inputs, the student's own to ask, and
the right answer."""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from kireji.testing import diagnoses, expect
from kireji.testing.counter_examples import booleans, numbers, smallest
from kireji.testing.isolation import stands_in

from . import reference
from .score_mistakes import score_mistakes

B, T_Q, T_K = 2, 3, 5
MAX_LENGTH = 9
# The size of the queries and that of the learned matrix' other side, as its shape has them.
LEARNED: dict[str, Callable[[int, int], tuple[int, int]]] = {
    "GeneralAttention": lambda query_size, other: (query_size, other),
    "LocationAttention": lambda query_size, other: (other, query_size),
}


@dataclass
class Question:
    """What an attention is asked, and the student's own to ask. `matrix` is the learned one, if
    there is one."""

    name: str
    attention: Any
    query: Tensor
    key: Tensor
    value: Tensor
    mask: Tensor | None = None
    matrix: Tensor | None = None

    def ask(self, **changed: Any) -> tuple[Tensor, Tensor]:
        """(context, attention_weights) of the student's; `changed` replaces inputs."""
        inputs = {
            "query": self.query,
            "key": self.key,
            "value": self.value,
            "mask": self.mask,
        } | changed
        query, key, value, mask = inputs.values()
        result = (
            self.attention(query, key, value)
            if mask is None
            else self.attention(query, key, value, mask)
        )
        context, attention_weights = expect.returns(result, "context", "attention_weights")
        sizes = query.shape[0], query.shape[1]
        return (
            expect.axes(context, ("B", "T_q", "d_v"), (*sizes, value.shape[2]), "context"),
            expect.axes(
                attention_weights, ("B", "T_q", "T_k"), (*sizes, key.shape[1]), "attention_weights"
            ),
        )

    def scores(self) -> Tensor:
        """The right ones, (B, T_q, T_k)."""
        if self.name == "LocationAttention":
            return (self.query.double() @ self.matrix.double().T)[..., : self.key.shape[1]]
        if self.name == "GeneralAttention":
            return reference.scores(self.query.double() @ self.matrix.double(), self.key)
        root = (
            math.sqrt(self.query.shape[-1]) if self.name == "scaled_dot_product_attention" else 1.0
        )
        return reference.scores(self.query, self.key) / root

    def weights(self) -> Tensor:
        """The right ones; with a stand-in for the student's helpers, those that it leads to."""
        made_up = stands_in("masked_softmax") or stands_in("dot_product_attention")
        return (reference.shares if made_up else reference.weights)(self.scores(), self.mask)

    def answer(self) -> tuple[Tensor, Tensor]:
        """The right context and the right weights."""
        weights = self.weights()
        return reference.mix(weights, self.value), weights

    def mistakes(self) -> dict[str, Tensor]:
        """{what the student did: the weights it gives}"""
        right = self.scores()
        wrong = score_mistakes(self.name, self.query, self.key, self.matrix, right)
        return diagnoses.attention_mistakes(right, self.mask, self.value, wrong).weights


def draw_mask(rng: Generator, T_q: int = T_Q, T_k: int = T_K) -> Tensor:
    """(B, T_q, T_k): every query may attend to two to all but one keys, anywhere in the row."""
    order = torch.rand(B, T_q, T_k, generator=rng).argsort(dim=-1)
    return order < torch.randint(2, T_k, (B, T_q, 1), generator=rng)


def question(
    student: Any,
    name: str,
    rng: Generator,
    masked: bool = False,
    sizes: tuple[int, int, int] | None = None,
    scale: float = 1.0,
) -> Question:
    """The attention `name` with inputs drawn here. sizes: of queries, keys and values; by default
    all different that may be."""
    query_size, key_size, value_size = sizes or ((4, 6, 8) if name in LEARNED else (4, 4, 8))
    query = scale * torch.randn(B, T_Q, query_size, generator=rng)
    key, value = (torch.randn(B, T_K, size, generator=rng) for size in (key_size, value_size))
    mask = draw_mask(rng) if masked else None
    if name not in LEARNED:
        return Question(name, getattr(student, name), query, key, value, mask)
    other = key_size if name == "GeneralAttention" else MAX_LENGTH
    attention, matrix = learned(student, name, (query_size, other), rng)
    return Question(name, attention, query, key, value, mask, matrix)


def learned(student: Any, name: str, sizes: tuple[int, int], rng: Generator) -> tuple[Any, Tensor]:
    """The student's module, and the one matrix that it is to have, drawn here."""
    matrix = torch.randn(LEARNED[name](*sizes), generator=rng)
    return given(student, name, sizes, matrix), matrix


def given(student: Any, name: str, sizes: tuple[int, int], matrix: Tensor) -> Any:
    """The student's module with this matrix. The parameter's name is theirs, and so is its layout.

    A bias, which should not be there, is 0: only the test that looks for it takes points."""
    module = student.make(name, *sizes)
    found = module.parameters()
    where, shape = the_matrix(name, sizes, found, tuple(matrix.shape))
    if len(set(shape)) == 1:  # which way round its layout is shows only where the sizes differ
        other = student.make(name, 5, 7).parameters()
        turned = the_matrix(name, (5, 7), other, LEARNED[name](5, 7))[1] != LEARNED[name](5, 7)
    else:
        turned = shape != tuple(matrix.shape)
    biases = {key: torch.zeros_like(p) for key, p in found.items() if p.dim() < 2}
    module.load({**biases, where: matrix.T.contiguous() if turned else matrix})
    return module


def the_matrix(
    name: str, sizes: tuple[int, int], found: dict[str, Tensor], expected: tuple[int, ...]
) -> tuple[str, tuple[int, ...]]:
    """(the name, the shape) of the only matrix among the parameters `found`. Mistake where there is
    another number of them, or one of another shape."""
    matrices = {name: tuple(p.shape) for name, p in found.items() if p.dim() > 1}
    expect.true(
        len(matrices) == 1,
        f"{name} should have one parameter, the matrix W; found {matrices or 'none'}.",
        "parameters_differ",
    )
    ((where, shape),) = matrices.items()
    expect.true(
        shape in (expected, expected[::-1]),
        f"{name}{sizes}: {where} should have shape {expected} and has {shape}: are the sizes "
        "given to nn.Linear in the order (in, out)?",
        "linear_sizes_exchanged",
    )
    return where, shape


def without_bias(student: Any, name: str, sizes: tuple[int, int] = (5, 7)) -> None:
    """Mistake if the module has a parameter beside its matrix."""
    bias = [name for name, p in student.make(name, *sizes).parameters().items() if p.dim() < 2]
    expect.true(
        not bias,
        f"{', '.join(bias)} should not be there: {name} has a matrix without bias, nn.Linear(...,"
        " bias=False).",
        "bias_not_left_out",
    )


def smallest_of(
    student: Any, name: str, output: int, masked: bool = False, some: bool = True
) -> AbstractContextManager:
    """Adds the smallest input on which an output (0 context, 1 weights) of the attention `name` is
    wrong to a Mistake in the block. some: each query may attend to some key."""

    def asked(query: Tensor, key: Tensor, *rest: Tensor) -> Question:
        value = torch.zeros(*key.shape[:2], 1) if output else rest[0]
        mask = rest[not output] if masked else None
        matrix = rest[-1] if name in LEARNED else None
        return Question(name, None, query, key, value, mask, matrix)

    def own(*inputs: Tensor) -> Tensor:
        one = asked(*inputs)
        if one.matrix is None:
            one.attention = getattr(student, name)
        else:
            shape = tuple(one.matrix.shape)
            sizes = shape if name == "GeneralAttention" else shape[::-1]
            one.attention = given(student, name, sizes, one.matrix)
        return one.ask()[output]

    d_k = "d_k" if name in LEARNED else "d_q"
    inputs = {
        "query": numbers("B T_q d_q"),
        "key": numbers(f"B T_k {d_k}"),
    }
    if not output:  # the weights do not depend on the values
        inputs["value"] = numbers("B T_k d_v")
    if masked:
        inputs["mask"] = booleans("B T_q T_k", some)
    if name in LEARNED:
        inputs["W"] = numbers("d_q d_k" if name == "GeneralAttention" else "4 d_q")
    return smallest(own, lambda *inputs: asked(*inputs).answer()[output], **inputs)
