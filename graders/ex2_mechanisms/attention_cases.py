"""The attentions that are called with query, key, value and mask: inputs for them, the right
answer, the wrong answers worth naming."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from kireji.testing import diagnoses, expect
from kireji.testing.isolation import stands_in

from . import reference

B, T_Q, T_K = 2, 3, 5
CONTENT = ("dot_product_attention", "scaled_dot_product_attention", "GeneralAttention")
MAX_LENGTH = 9
SOFTMAX = "attention_lab.stand_ins.share_weights"
ATTENTION = "attention_lab.stand_ins.share_attention"


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

    def mistakes(self) -> dict[str, Tensor]:
        """{what the student did: the weights it gives}"""
        return diagnoses.attention_mistakes(
            self.scores(), self.mask, self.value, self.wrong_scores()
        ).weights

    def wrong_scores(self) -> dict[str, Tensor]:
        query, key, right = self.query.double(), self.key.double(), self.scores()
        if self.name == "LocationAttention":
            return location_mistakes(query, key, self.matrix.double(), right)
        wrong = diagnoses.scaling_mistakes(
            right, query.shape[-1], scaled=self.name.startswith("scaled")
        )
        if self.name == "scaled_dot_product_attention" and query.shape[1] != key.shape[1]:
            wrong["the scores are divided by the root of the number of keys, not of d_k"] = (
                right * math.sqrt(query.shape[-1] / key.shape[1])
            )
        if self.name == "GeneralAttention":
            wrong |= {
                "the scores go through tanh: that belongs to additive attention": right.tanh()
            }
            if query.shape[-1] == key.shape[-1]:
                W = self.matrix.double()
                wrong |= {
                    "W is not used: this is plain dot-product attention": (
                        query @ key.transpose(1, 2)
                    ),
                    (
                        "W is applied to the queries the wrong way round: the score is query . "
                        "W(key)"
                    ): (query @ W.T @ key.transpose(1, 2)),
                    "W projects the queries as well as the keys": (
                        (query @ W.T) @ (key @ W.T).transpose(1, 2)
                    ),
                }
        return wrong


def location_mistakes(query: Tensor, key: Tensor, W: Tensor, right: Tensor) -> dict[str, Tensor]:
    """Wrong scores of location attention: W (max_length, query_size)."""
    every = query @ W.T  # (B, T_q, max_length)
    wrong = {
        "the last positions of W are used, not the first": every[..., -key.shape[1] :],
        "the positions run backwards": right.flip(-1),
        "the scores go through tanh": right.tanh(),
        "the scores are divided by sqrt of the query's size: this attention does not scale": right
        / math.sqrt(query.shape[-1]),
        "the query is not used: every query gets the weights of the first one": right[
            :, :1
        ].expand_as(right),
    }
    if query.shape[-1] == key.shape[-1]:
        wrong[
            "the keys' content is compared with the query: location attention asks the query alone"
        ] = query @ key.transpose(1, 2)
        rows = [(key @ W.T)[..., i] for i in range(right.shape[1])]
        wrong["W is applied to the keys, not to the query"] = torch.stack(rows, dim=1)
    return wrong


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
    query_size, key_size, value_size = sizes or {
        "GeneralAttention": (4, 6, 8),
        "LocationAttention": (4, 6, 8),
    }.get(name, (4, 4, 8))
    query = scale * torch.randn(B, T_Q, query_size, generator=rng)
    key, value = (torch.randn(B, T_K, size, generator=rng) for size in (key_size, value_size))
    mask = draw_mask(rng) if masked else None
    if name == "GeneralAttention":
        attention, matrix = learned(
            student, name, (query_size, key_size), (query_size, key_size), rng
        )
    elif name == "LocationAttention":
        attention, matrix = learned(
            student, name, (query_size, MAX_LENGTH), (MAX_LENGTH, query_size), rng
        )
    else:
        attention, matrix = getattr(student, name), None
    return Question(name, attention, query, key, value, mask, matrix)


def learned(
    student: Any, name: str, sizes: tuple[int, int], shape: tuple[int, int], rng: Generator
) -> tuple[Any, Tensor]:
    """The student's module with the one matrix (`shape`) it is to have, drawn here. Its name is
    theirs, and so is its layout."""
    where, turned = the_matrix(
        student, name, (5, 7), (7, 5) if name == "LocationAttention" else (5, 7)
    )
    module = student.make(name, *sizes)
    matrix = torch.randn(shape, generator=rng)
    module.load({where: matrix.T.contiguous() if turned else matrix})
    return module, matrix


def the_matrix(
    student: Any, name: str, sizes: tuple[int, int], shape: tuple[int, int]
) -> tuple[str, bool]:
    """(the name of the module's only parameter, whether it is kept transposed). Mistake where there
    is another number of them."""
    found = student.make(name, *sizes).parameters()
    shapes = {name: tuple(parameter.shape) for name, parameter in found.items()}
    bias = [name for name, shape in shapes.items() if len(shape) == 1]
    expect.true(
        not bias,
        f"{', '.join(bias)} should not be there: {name} has a matrix without bias, nn.Linear(...,"
        " bias=False).",
    )
    expect.true(
        len(shapes) == 1,
        f"{name} should have one parameter, the matrix W; found {shapes or 'none'}.",
    )
    ((where, its),) = shapes.items()
    expect.true(
        its in (shape, shape[::-1]),
        f"{name}{sizes}: {where} should have shape {shape} and has {its}: are the sizes "
        "given to nn.Linear in the order (in, out)?",
    )
    return where, its != shape


SAME = {
    "dot_product_attention": (6, 6, 6),
    "scaled_dot_product_attention": (6, 6, 6),
    "GeneralAttention": (6, 6, 6),
    "LocationAttention": (6, 6, 6),
}


def judged_weights(student: Any, name: str, rng: Generator) -> None:
    """Without a mask; equal sizes let more mistakes run to the end, so that they get their name."""
    for sizes in (None, SAME[name]):
        asked = question(student, name, rng, sizes=sizes)
        expect.close(
            asked.ask()[1],
            asked.weights(),
            name="the attention weights",
            diagnoses=asked.mistakes(),
        )


def judged_mask(student: Any, name: str, rng: Generator) -> None:
    """Masked keys get nothing and the others share the rest, be the scores what they may."""
    hint = "Are masked scores set to -inf before the softmax?"
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
            hint=hint,
            diagnoses={**own_mask_mistakes(own, asked.mask), **asked.mistakes()},
        )
    expect.zero_where(given, ~asked.mask, hint=hint)
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
        "the mask is ignored": own,
        "the mask is applied after the softmax, so the rows no longer sum to 1": own * mask,
        "the mask is inverted: True means may attend": turned / turned.sum(dim=-1, keepdim=True),
        "the mask is inverted in one of the places that use it, so that no key gets any weight": (
            torch.zeros_like(own)
        ),
    }


def judged_context(student: Any, name: str, rng: Generator) -> None:
    """The context is made of the weights that were returned with it, be they what they may."""
    for sizes in (None, SAME[name]):
        asked = question(student, name, rng, masked=True, sizes=sizes)
        context, attention_weights = asked.ask()
        given, value = attention_weights.double(), asked.value.double()
        mistakes = {
            "the context is the plain mean of the values, not the weighted one": value.mean(
                dim=1, keepdim=True
            ).expand(context.shape)
        }
        if sizes:
            mistakes |= {
                "the keys are mixed instead of the values": given @ asked.key.double(),
                "the queries are mixed instead of the values": given[:, :, :T_Q]
                @ asked.query.double(),
            }
        expect.close(
            context,
            reference.mix(given, value),
            name="the context",
            diagnoses=mistakes,
            hint="context = attention_weights @ value.",
        )


def judged_empty_row(student: Any, name: str, rng: Generator) -> None:
    """A query that may attend to nothing."""
    asked = question(student, name, rng, masked=True)
    asked.mask[1, 1] = False
    context, attention_weights = asked.ask()
    row = attention_weights[1, 1]
    expect.finite(
        row,
        "the weights of that query",
        "Softmax over a row of -inf is 0/0: put zeros there, for instance with masked_fill.",
    )
    expect.true(
        abs(float(row.sum()) - 1) > 1e-4,
        "The weights of that query sum to 1: with a large negative number such as -1e9 "
        "in place of -inf, it attends to what is masked.",
    )
    expect.zero_where(row, torch.ones_like(row, dtype=torch.bool), name="that query's weights")
    expect.zero_where(
        context[1, 1], torch.ones_like(context[1, 1], dtype=torch.bool), name="that query's context"
    )
    expect.rows_sum_to_one(
        attention_weights[asked.mask.any(dim=-1)], hint="The other queries go on as usual."
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
