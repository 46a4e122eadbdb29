"""Inputs for additive attention, the right answer, and the wrong answers that are worth naming."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from kireji.grading import diagnoses, expect

from . import reference

B, T_Q, T_K = 2, 3, 5
QUERY_SIZE, KEY_SIZE, HIDDEN_SIZE, VALUE_SIZE = 4, 6, 7, 8


def parameter_shapes(query_size: int, key_size: int) -> dict[str, tuple[int, int]]:
    return {"W_query.weight": (HIDDEN_SIZE, query_size), "W_key.weight": (HIDDEN_SIZE, key_size), "v.weight": (1, HIDDEN_SIZE)}


def draw(rng: Generator, query_size: int = QUERY_SIZE, key_size: int = KEY_SIZE,
         value_size: int = VALUE_SIZE) -> tuple[Tensor, Tensor, Tensor]:
    """query (B, T_q, query_size), key (B, T_k, key_size), value (B, T_k, value_size)."""
    return (torch.randn(B, T_Q, query_size, generator=rng), torch.randn(B, T_K, key_size, generator=rng),
            torch.randn(B, T_K, value_size, generator=rng))


def draw_mask(rng: Generator, nothing_allowed: bool = False) -> Tensor:
    """(B, T_q, T_k): every query may attend to two to four keys, anywhere in the row; `nothing_allowed` empties one row."""
    order = torch.rand(B, T_Q, T_K, generator=rng).argsort(dim=-1)
    mask = order < torch.randint(2, T_K, (B, T_Q, 1), generator=rng)
    if nothing_allowed:
        mask[1, 1] = False
    return mask


def loaded(student: Any, rng: Generator, query_size: int = QUERY_SIZE, key_size: int = KEY_SIZE,
           v_scale: float = 2.0) -> tuple[Any, dict[str, Tensor]]:
    """The student's module with parameters drawn here, and those parameters."""
    weights = {name: torch.randn(shape, generator=rng) for name, shape in parameter_shapes(query_size, key_size).items()}
    weights["v.weight"] = weights["v.weight"] * v_scale / 2
    attention = student.make("AdditiveAttention", query_size, key_size, HIDDEN_SIZE)
    attention.load(weights)
    return attention, weights


def outputs(result: Any) -> tuple[Tensor, Tensor]:
    """(context, attention_weights), where the student's forward returned two tensors."""
    expect.true(isinstance(result, (list, tuple)) and len(result) == 2,
                "forward should return two things: (context, attention_weights).")
    context, attention_weights = result
    expect.tensor(context)
    expect.tensor(attention_weights)
    return context, attention_weights


def shaped(tensor: Tensor, what: str, names: Sequence[str], sizes: Sequence[int]) -> None:
    """`tensor` has these sizes; if they came in another order, the message says which."""
    swapped = diagnoses.swapped_axes(tensor.shape, names, sizes)
    expect.true(swapped is None, f"{what}: {swapped}.")
    expect.true(tuple(tensor.shape) == tuple(sizes),
                f"{what} should have shape ({', '.join(names)}) = {tuple(sizes)} and has {tuple(tensor.shape)}.")


def judged(student: Any, rng: Generator, masked: bool, look_at: str, v_scale: float = 2.0, nothing_allowed: bool = False,
           hint: str = "") -> None:
    """The student's module with given parameters against the loop, for sizes that all differ and for sizes that are equal.

    Equal sizes let more mistakes run to the end (one projection for both, keys taken for values), so that they get their name."""
    for query_size, key_size, value_size in ((QUERY_SIZE, KEY_SIZE, VALUE_SIZE), (KEY_SIZE, KEY_SIZE, KEY_SIZE)):
        query, key, value = draw(rng, query_size, key_size, value_size)
        mask = draw_mask(rng, nothing_allowed) if masked else None
        attention, weights = loaded(student, rng, query_size, key_size, v_scale)
        context, attention_weights = outputs(attention(query, key, value, mask) if masked else attention(query, key, value))
        right_context, right_weights = reference.additive_attention(query, key, value, mask, weights)
        mistakes = known_mistakes(query, key, value, mask, weights)
        if look_at == "context":
            shaped(context, "context", ("B", "T_q", "d_v"), (B, T_Q, value_size))
            expect.close(context, right_context, hint=hint or "context = attention_weights @ value.", diagnoses=mistakes.context)
        else:
            shaped(attention_weights, "attention_weights", ("B", "T_q", "T_k"), (B, T_Q, T_K))
            expect.close(attention_weights, right_weights, hint=hint, diagnoses=mistakes.weights)
            if masked:
                expect.zero_where(attention_weights, ~mask, hint="Are masked scores set to -inf before the softmax, not after it?")


def known_mistakes(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None,
                   weights: dict[str, Tensor]) -> diagnoses.AttentionMistakes:
    """Wrong scores of additive attention, and what is generally done wrong after them."""
    W_query, W_key, v = (weights[name].double() for name in ("W_query.weight", "W_key.weight", "v.weight"))
    right = reference.additive_scores(query, key, W_query, W_key, v)
    query, key = query.double(), key.double()
    projected_query, projected_key = (query @ W_query.T).unsqueeze(2), (key @ W_key.T).unsqueeze(1)
    added = projected_query + projected_key                                         # (B, T_q, T_k, H)
    other = {"the tanh is missing: without it the query adds the same number to every score, and cancels in the softmax": added @ v[0],
             "tanh is taken of each projection before they are added, not of their sum":
                 (projected_query.tanh() + projected_key.tanh()) @ v[0],
             "tanh is taken of the score, not of the sum of the projections": (added @ v[0]).tanh(),
             "relu is used instead of tanh": added.relu() @ v[0],
             "sigmoid is used instead of tanh": added.sigmoid() @ v[0],
             "the projections are multiplied, not added": (projected_query * projected_key).tanh() @ v[0],
             "the projections' dot product is the score: that is multiplicative attention, not additive":
                 (projected_query * projected_key).sum(dim=-1),
             "v is not used: the scores are the plain sum over the hidden size": added.tanh().sum(dim=-1),
             "the query is not used: the scores come from the keys alone": projected_key.tanh() @ v[0] + 0 * right,
             "the keys are not used: the scores come from the query alone": projected_query.tanh() @ v[0] + 0 * right}
    if query.shape[-1] == key.shape[-1]:
        other |= {"W_query projects the keys as well: W_key is not used":
                      (projected_query + (key @ W_query.T).unsqueeze(1)).tanh() @ v[0],
                  "W_key projects the query as well: W_query is not used":
                      ((query @ W_key.T).unsqueeze(2) + projected_key).tanh() @ v[0],
                  "W_query and W_key are exchanged": ((query @ W_key.T).unsqueeze(2) + (key @ W_query.T).unsqueeze(1)).tanh() @ v[0]}
    other |= diagnoses.scaling_mistakes(right, HIDDEN_SIZE, scaled=False)
    keys_for_values = {"the keys are mixed instead of the values": key} if key.shape == value.shape else {}
    return diagnoses.attention_mistakes(right, mask, value, other, keys_for_values)
