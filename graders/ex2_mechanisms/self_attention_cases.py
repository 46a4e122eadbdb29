"""What SelfAttention is asked: projections and sequences drawn here, the right weights, and the
wrong ones worth naming."""

import math
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Generator, Tensor

from kireji.testing import diagnoses, expect
from kireji.testing.counter_examples import booleans, numbers, smallest
from kireji.testing.expect import Diagnosis
from kireji.testing.isolation import stands_in

from . import reference

D_MODEL, D_K, T = 7, 4, 5
NAMES = ("W_q", "W_k", "W_v")


def own(
    student: Any, rng: Generator, d_model: int = D_MODEL, d_k: int = D_K
) -> tuple[Any, list[Tensor]]:
    """The student's SelfAttention with projections drawn here, and these (d_k, d_model)."""
    weights = [torch.randn(d_k, d_model, generator=rng) for _ in NAMES]
    return given(student, weights), [W.double() for W in weights]


def given(student: Any, weights: list[Tensor]) -> Any:
    """The student's module with these projections.

    A bias, which should not be there, is 0: only the test that looks for it takes points."""
    d_k, d_model = weights[0].shape
    attention = student.make("SelfAttention", d_model, d_k)
    found = attention.parameters()
    needed = {f"{name}.weight": (d_k, d_model) for name in NAMES}
    shapes = {name: tuple(p.shape) for name, p in found.items() if not name.endswith(".bias")}
    expect.true(
        shapes == needed,
        f"SelfAttention({d_model}, {d_k}) should have exactly the parameters {needed} and has"
        f" {shapes}: three nn.Linear layers on self, without bias.",
        "parameters_differ",
    )
    zeros = {name: torch.zeros_like(p) for name, p in found.items()}
    attention.load({**zeros, **dict(zip(needed, weights, strict=True))})
    return attention


def without_bias(student: Any) -> None:
    """Mistake if a projection has a bias."""
    found = student.make("SelfAttention", D_MODEL, D_K).parameters()
    bias = [name for name in found if name.endswith(".bias")]
    expect.true(
        not bias,
        f"{', '.join(bias)} should not be there: the three projections are without bias,"
        " nn.Linear(..., bias=False).",
        "bias_not_left_out",
    )


def asked(attention: Any, x: Tensor, mask: Tensor | None = None) -> tuple[Any, Tensor]:
    """The context, whatever it is, and the weights (B, T, T)."""
    context, attention_weights = expect.returns(
        attention(x) if mask is None else attention(x, mask), "context", "attention_weights"
    )
    sizes = (x.shape[0], x.shape[1], x.shape[1])
    weights = expect.axes(attention_weights, ("B", "T_q", "T_k"), sizes, "attention_weights")
    return context, weights


def self_weights(
    x: Tensor, W_q: Tensor, W_k: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """(the weights, the scores) of scaled self-attention, or of the stand-in that takes its
    place."""
    scores = reference.scores(x.double() @ W_q.double().T, x.double() @ W_k.double().T)
    if stands_in("scaled_dot_product_attention"):
        return reference.shares(scores, mask), scores
    return reference.weights(scores / math.sqrt(W_q.shape[0]), mask), scores


def smallest_of(student: Any, masked: bool = False) -> AbstractContextManager:
    """Adds the smallest input on which the weights are wrong to a Mistake in the block."""

    def call(x: Tensor, W_q: Tensor, W_k: Tensor, mask: Tensor | None = None) -> Tensor:
        return asked(given(student, [W_q, W_k, torch.ones_like(W_q)]), x, mask)[1]

    def right(x: Tensor, W_q: Tensor, W_k: Tensor, mask: Tensor | None = None) -> Tensor:
        return self_weights(x, W_q, W_k, mask)[0]

    W = numbers("d_k d_model")
    inputs = {"x": numbers("B T d_model"), "W_q": W, "W_k": W}
    if masked:
        inputs["mask"] = booleans("T T")
    return smallest(call, right, **inputs)


def weight_mistakes(
    x: Tensor, W_q: Tensor, W_k: Tensor, W_v: Tensor, scores: Tensor
) -> dict[str, Tensor]:
    """{what the student did: the weights it gives}"""
    d_k, d_model = W_q.shape
    root = math.sqrt(d_k)
    q, k, v = (x.double() @ W.T for W in (W_q, W_k, W_v))
    wrong = {
        Diagnosis(
            "shared_projection", "one projection serves for query and key: W_k is not used"
        ): q @ q.mT / root,
        Diagnosis(
            "shared_key_projection", "one projection serves for query and key: W_q is not used"
        ): k @ k.mT / root,
        Diagnosis("projections_exchanged", "W_q and W_k are exchanged"): scores.mT / root,
        Diagnosis("value_projection_for_keys", "the values' projection is used for the keys"): (
            q @ v.mT / root
        ),
        Diagnosis(
            "value_projection_for_queries", "the values' projection is used for the queries"
        ): v @ k.mT / root,
        Diagnosis(
            "not_projected", "the sequence is not projected: queries and keys are x itself"
        ): x.double() @ x.double().mT / math.sqrt(d_model),
        **diagnoses.scaling_mistakes(scores / root, d_k, scaled=True),
    }
    if d_model != d_k:
        wrong[
            Diagnosis(
                "scaled_by_d_model", "the scores are divided by sqrt(d_model) instead of sqrt(d_k)"
            )
        ] = scores / math.sqrt(d_model)
    return diagnoses.attention_mistakes(scores / root, None, v, wrong).weights
