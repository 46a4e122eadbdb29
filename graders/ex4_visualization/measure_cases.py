"""What the measures of a map are asked: the right answers, and the wrong ones worth naming."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from kireji.testing import expect

from . import reference


def number(value, right: float, mistakes: Mapping[str, float], what: str) -> None:
    """Mistake unless `value` is the number `right`; the known mistake that gives it is named."""
    value = expect.number(value, what)
    if math.isclose(value, right, abs_tol=1e-5):
        return
    for mistake, wrong in mistakes.items():
        expect.true(
            not (
                math.isclose(value, wrong, abs_tol=1e-5)
                and not math.isclose(wrong, right, abs_tol=1e-4)
            ),
            f"{expect.NAMED} {mistake}.",
        )
    expect.true(False, f"{what} is wrong by {abs(value - right):.3g}.")


def entropy_mistakes(weights: Tensor, right: Tensor) -> dict[str, Tensor]:
    weights = weights.double()
    own = -(weights * weights.clamp_min(1e-30).log())
    wrong = {
        "the logarithm is to the base 2: nats are required, the natural logarithm": (
            right / math.log(2)
        ),
        "the logarithm is to the base 10: nats are required, the natural logarithm": (
            right / math.log(10)
        ),
        "the minus sign is missing": -right,
        "the mean over the keys is returned, not the sum": own.mean(dim=-1),
        "it is divided by the logarithm of the number of keys: nats are required, not a share": (
            right / math.log(weights.shape[-1])
        ),
        "e to the entropy is returned: nats are required, the entropy itself": right.exp(),
        "the logarithm alone is summed, without the weights before it": (
            -weights.clamp_min(1e-30).log().sum(dim=-1)
        ),
    }
    if weights.dim() > 1:
        wrong["it is summed over the queries (dim=-2), not over the keys (dim=-1)"] = own.sum(
            dim=-2
        )
        wrong["the rows are averaged: one entropy for each row is required"] = right.mean()
        wrong[
            "the rows are averaged: one entropy for each row is required, over every leading"
            " dimension"
        ] = right.mean(dim=-1)
    return wrong


def entropy(
    student,
    weights: Tensor,
    mask: Tensor | None = None,
    extra: Mapping[str, Tensor] | None = None,
    hint: str = "",
) -> None:
    """Ask, and compare."""
    value = (
        student.attention_entropy(weights)
        if mask is None
        else student.attention_entropy(weights, mask)
    )
    right = reference.entropy(weights, mask)
    known = {**(extra or {}), **entropy_mistakes(weights, right)}
    if isinstance(value, Tensor) and value.is_floating_point() and value.shape != right.shape:
        # an answer of another shape may still be a known mistake
        for mistake, wrong in known.items():
            same = wrong.shape == value.shape and torch.allclose(
                value.double(), wrong.double(), atol=1e-4
            )
            expect.true(not same, f"{expect.NAMED} {mistake}.")
    expect.close(value, right, diagnoses=known, name="the entropy", hint=hint)


def distance_mistakes(weights: Tensor) -> dict[str, Tensor]:
    weights = weights.double()
    T_q, T_k = weights.shape[-2:]
    signed = torch.arange(T_k) - torch.arange(T_q).unsqueeze(1).double()  # (T_q, T_k) j - i
    away, hard = signed.abs().expand(weights.shape), weights.argmax(dim=-1)
    right = (weights * away).sum(dim=-1)
    return {
        "the distance has a sign, so that left and right cancel: take its absolute value": (
            (weights * signed).sum(dim=-1)
        ),
        "the distance has a sign (i - j), so that left and right cancel: take its absolute value": (
            -(weights * signed).sum(dim=-1)
        ),
        "the weights are left out: every key counts alike": away.mean(dim=-1),
        "the weights are left out: the distances of all keys are added": away.sum(dim=-1),
        "the distances are squared": (weights * away**2).sum(dim=-1),
        "the root of the mean square is taken, not the mean of |i - j|": (
            (weights * away**2).sum(dim=-1).sqrt()
        ),
        "only the most attended key counts: the mean over all keys is required": (
            (hard - torch.arange(T_q)).abs().double()
        ),
        "the sum runs over the queries (dim=-2): each query wants its own mean": (
            (weights * away).sum(dim=-2)
        ),
        "it is divided by the number of keys once more: the weights sum to 1 already": right / T_k,
        "distances are counted from 1: the place itself is at distance 0": right + 1,
        "the queries are averaged: one distance for each query is required": right.mean(dim=-1),
        "everything is averaged: one distance for each query is required": right.mean(),
    }


def distance(student, weights: Tensor, hint: str = "") -> None:
    value, right, known = (
        student.attention_distance(weights),
        reference.distance(weights),
        distance_mistakes(weights),
    )
    if isinstance(value, Tensor) and value.is_floating_point() and value.shape != right.shape:
        for mistake, wrong in known.items():
            same = wrong.shape == value.shape and torch.allclose(
                value.double(), wrong.double(), atol=1e-4
            )
            expect.true(not same, f"{expect.NAMED} {mistake}.")
    expect.close(value, right, diagnoses=known, name="the distance", hint=hint)


def pairs(value, name: str = "the alignment") -> list[tuple[int, int]]:
    """`value` as a list of pairs of integers."""
    what = f"{name} should be a list of pairs (target position, source position)"
    expect.true(isinstance(value, (list, tuple)), f"{what}, but {expect.kind(value)} came.")
    for pair in value:
        expect.true(
            isinstance(pair, (list, tuple)) and len(pair) == 2,
            f"{what}, but it holds {expect.kind(pair)}.",
        )
        expect.true(
            all(isinstance(place, int) and not isinstance(place, bool) for place in pair),
            f"{what}, plain Python integers; one of them is {expect.kind(pair[0])}: .item() or"
            " .tolist().",
        )
    return [tuple(pair) for pair in value]


def aligned(student, weights: Tensor, extra: Mapping[str, list] | None = None) -> None:
    found, right = pairs(student.hard_alignment(weights)), reference.alignment(weights)
    columns = [(int(weights[:, j].argmax()), j) for j in range(weights.shape[1])]
    known = {
        (
            "the most attended by columns is taken: each target (row) looks for its source, argmax "
            "over the last dimension"
        ): (columns),
        "the most attended by columns is taken, and the pairs are turned round": [
            (j, i) for i, j in columns
        ],
        "the pairs are turned round: (target position, source position)": [
            (j, i) for i, j in right
        ],
        "positions are counted from 1": [(i + 1, j + 1) for i, j in right],
        "the least attended source is taken": [
            (i, int(row.argmin())) for i, row in enumerate(weights)
        ],
        **(extra or {}),
    }
    if found == right:
        return
    for mistake, wrong in known.items():
        expect.true(
            not (found == wrong or sorted(found) == sorted(wrong) and sorted(wrong) != right),
            f"{expect.NAMED} {mistake}.",
        )
    expect.true(sorted(found) != right, "The pairs should stand by rising target position.")
    expect.true(
        len(found) == len(right),
        f"Expected {len(right)} pairs, one for each row that looks anywhere, and {len(found)}"
        " came.",
    )
    expect.true(
        False,
        f"{sum(a != b for a, b in zip(found, right, strict=False))} of {len(right)} pairs are"
        " wrong.",
    )


def error_mistakes(A: list, S: list, P: list) -> dict[str, float]:
    predicted, sure, alone = set(A), set(S), set(P)
    possible = sure | alone
    hit_sure, hit_possible = len(predicted & sure), len(predicted & possible)
    doubled = sum(pair in sure for pair in A) + sum(pair in possible for pair in A)

    def share(part: float, whole: float) -> float:
        return 1 - part / whole if whole else math.nan

    return {
        "sure pairs that `possible` does not repeat are not counted as possible": share(
            hit_sure + len(predicted & alone), len(predicted) + len(sure)
        ),
        "sure and possible are exchanged: what is sure must be found, what is possible may be": (
            share(len(predicted & alone) + hit_possible, len(predicted) + len(alone))
        ),
        "1 minus is missing: it is an error rate": (
            1 - share(hit_sure + hit_possible, len(predicted) + len(sure))
        ),
        "pairs that stand there twice count twice": share(doubled, len(A) + len(S)),
        "only the share of sure pairs found is looked at (recall)": share(hit_sure, len(sure)),
        "only the share of predicted pairs that are possible is looked at (precision)": share(
            hit_possible, len(predicted)
        ),
        "only sure pairs count: predicted pairs that are possible are right, too": share(
            2 * hit_sure, len(predicted) + len(sure)
        ),
        "the two sums are not added but divided one by one, and averaged": (
            1 - 0.5 * (hit_sure / max(1, len(sure)) + hit_possible / max(1, len(predicted)))
        ),
        "it is divided by the number of predicted pairs and possible ones": share(
            hit_sure + hit_possible, len(predicted) + len(possible)
        ),
    }


def rate(student, A: list, S: list, P: list) -> None:
    number(
        student.alignment_error_rate(A, S, P),
        reference.error_rate(A, S, P),
        error_mistakes(A, S, P),
        "the error rate",
    )


def draw_pairs(rng, n: int) -> list[tuple[int, int]]:
    return [(place // 5, place % 5) for place in torch.randperm(25, generator=rng)[:n].tolist()]
