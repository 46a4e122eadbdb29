"""softmax_gradient_norm(d_k, scaled): how much the weights still react to the scores, measured."""

import math

import pytest
import torch

from kireji.feedback import pictures
from kireji.testing import expect, graded
from kireji.testing.expect import Diagnosis

from . import reference, shared_data
from .shared_data import SIZES

FEWEST = 200  # queries that the student may average over
# Means are compared over so many calls: fewer where they are steady, as those of 1,000 queries are.
MIN_CALLS, MAX_CALLS, STEADY = 6, 20, 0.8
# Keys shared by all queries vary 2.3 times as much as 200 queries with keys of their own,
# measured on
# 200 calls. Of 20 calls with their own keys one in 100,000 varies more than 1.75 times as much.
WAVERING = 1.75


@pytest.fixture
def measured(student, once):
    """measured(d_k, scaled) -> the mean of three norms that the student's function measures."""

    def ask(d_k: int, scaled: bool) -> float:
        values = [
            expect.number(student.softmax_gradient_norm(d_k, scaled, seed=seed), "the norm")
            for seed in (1, 2, 3)
        ]
        return sum(values) / len(values)

    return lambda d_k, scaled: once(("norm", d_k, scaled), lambda: ask(d_k, scaled))


def judged(measured, rng, scaled: bool) -> None:
    """The mean norms at every size; a mistake is named only if it explains all of them."""
    values, rights, tolerances = {}, {}, {}
    for d_k in SIZES:
        norms = shared_data.norms(d_k, scaled)
        values[d_k], rights[d_k] = measured(d_k, scaled), norms.mean
        # Four standard errors of the smallest sample allowed: who draws honestly stays inside.
        tolerances[d_k] = max(0.04, 4 * norms.spread / rights[d_k] / math.sqrt(FEWEST))
    wrong = [d_k for d_k in SIZES if abs(values[d_k] / rights[d_k] - 1) > tolerances[d_k]]
    if not wrong:
        return
    known = {d_k: mistakes(d_k, scaled, rng, rights[d_k]) for d_k in SIZES}

    def distance(mistake: str) -> float:
        """The farthest that a value lies from what the mistake gives, in tolerances."""
        return max(
            abs(values[d_k] - known[d_k][mistake]) / (tolerances[d_k] * abs(known[d_k][mistake]))
            for d_k in SIZES
        )

    # Some mistakes give similar numbers: the nearest is named.
    nearest = min(known[SIZES[0]], key=distance)
    expect.never(distance(nearest) <= 3, nearest)
    d_k = wrong[0]
    expect.true(
        False,
        f"For d_k = {d_k}, {'scaled' if scaled else 'not scaled'}, your mean norm {values[d_k]:.4g}"
        f" is too {'large' if values[d_k] > rights[d_k] else 'small'}.",
    )


def mistakes(d_k: int, scaled: bool, rng: torch.Generator, right: float) -> dict[str, float]:
    """{what the student did: the number it gives}"""
    factor = 1 / math.sqrt(d_k) if scaled else 1.0

    def norm(other: float) -> float:
        return float(reference.jacobian_norm(d_k, other, rng).mean())

    p = reference.random_weights(d_k, factor, rng)
    jacobians = torch.diag_embed(p) - p.unsqueeze(2) * p.unsqueeze(1)
    return {
        Diagnosis("scaled_flag_inverted", "`scaled` is used the wrong way round"): norm(
            1.0 if scaled else 1 / math.sqrt(d_k)
        ),
        Diagnosis("scaled_by_d_k", "the scores are divided by d_k instead of sqrt(d_k)"): norm(
            1 / d_k
        ),
        Diagnosis(
            "scaled_the_wrong_way", "the scores are multiplied by sqrt(d_k) instead of divided"
        ): norm(math.sqrt(d_k)),
        Diagnosis(
            "squared_norms", "the mean of the squared norms is returned, not of the norms"
        ): float(reference.jacobian_norm(d_k, factor, rng).square().mean()),
        Diagnosis(
            "norms_summed", "the norms are added up, not averaged, or there is one for all queries"
        ): 1000 * right,
        Diagnosis(
            "outer_product_left_out",
            "the outer product is left out, or the norm of the weights is returned, not that of"
            " their Jacobian",
        ): float(p.norm(dim=1).mean()),
        Diagnosis(
            "jacobian_diagonal_only", "only the diagonal p - p^2 of the Jacobian is looked at"
        ): float((p - p * p).norm(dim=1).mean()),
        Diagnosis("outer_product_only", "only the outer product p p^T is looked at"): float(
            p.pow(2).sum(1).mean()
        ),
        Diagnosis("outer_product_added", "the outer product p p^T is added, not subtracted"): float(
            (p.pow(2).sum(1) + 2 * p.pow(3).sum(1) + p.pow(2).sum(1).pow(2)).sqrt().mean()
        ),
        Diagnosis(
            "spectral_norm",
            "the largest singular value is returned: the Frobenius norm is the root of the sum of"
            " squares",
        ): float(torch.linalg.matrix_norm(jacobians, 2).mean()),
        Diagnosis(
            "jacobian_absolute_sum",
            "the absolute values are added up: the Frobenius norm is the root of the sum of"
            " squares",
        ): float(jacobians.abs().sum(dim=(1, 2)).mean()),
        Diagnosis(
            "norm_of_mean_jacobian", "the Jacobians are averaged before the norm is taken"
        ): float(jacobians.mean(dim=0).norm()),
        Diagnosis(
            "root_of_mean_square",
            "the entries' squares are averaged, not added up: that is smaller by a factor of 32",
        ): right / 32,
        Diagnosis("softmax_over_queries", "the softmax runs over the queries, not over the keys"): (
            norm_over_queries(d_k, factor, rng)
        ),
    }


def norm_over_queries(d_k: int, factor: float, rng: torch.Generator) -> float:
    """The mean norm where 1000 queries share out each key's weight."""
    p = torch.softmax(factor * math.sqrt(d_k) * torch.randn(1000, 32, generator=rng).double(), 0)
    p2 = p.pow(2).sum(1)
    return float((p2 - 2 * p.pow(3).sum(1) + p2.pow(2)).clamp_min(0).sqrt().mean())


@graded("saturation", weight=1)
def test_every_query_has_keys_of_its_own(student):
    """The mean comes out nearly the same at each call: 200 queries and more, each with 32 keys of
    its own."""
    d_k = SIZES[0]
    expected = shared_data.norms(d_k, True).spread / math.sqrt(FEWEST)
    values, found = [], math.inf
    while len(values) < MAX_CALLS and not (len(values) >= MIN_CALLS and found < STEADY * expected):
        norm = student.softmax_gradient_norm(d_k, True, seed=10 + len(values))
        values.append(expect.number(norm, "the norm"))
        found = float(torch.tensor(values).std()) if len(values) > 1 else math.inf
    expect.true(
        found <= WAVERING * expected,
        f"From call to call your mean varies by {found:.4f}; with {FEWEST} queries it varies by"
        f" {expected:.4f} at most. {expect.NAMED} all queries share one set of keys, or there are"
        f" fewer than {FEWEST}: each query has 32 keys of its own.",
        "shared_keys",
    )


@graded("saturation", weight=3)
def test_scaled_norm_stays(measured, rng):
    """With sqrt(d_k), the gradient is as large at d_k = 256 as at d_k = 2."""
    judged(measured, rng, scaled=True)


@graded("saturation", weight=3)
def test_unscaled_norm_falls(measured, rng, attach):
    """Without it, the softmax saturates: the larger d_k, the smaller the gradient."""
    series = {
        name: (SIZES, [measured(d_k, scaled) for d_k in SIZES])
        for name, scaled in (("scaled", True), ("not scaled", False))
    }
    attach(
        pictures.line_chart(series, "The softmax's gradient", "d_k", "mean norm"),
        "What your function measured, at four sizes.",
    )
    judged(measured, rng, scaled=False)
