"""attention_entropy, attention_distance, hard_alignment, alignment_error_rate."""

import math

import torch

from kireji.testing import expect, graded

from . import drawn_maps, reference
from .measure_cases import aligned, distance, draw_pairs, entropy, rate


@graded("measures", weight=3)
def test_entropy_in_nats(student, rng):
    """The entropy of each row, in nats."""
    entropy(student, drawn_maps.rows(4, 6, rng=rng))
    entropy(student, torch.full((3, 5), 0.2), hint="An even row over 5 keys has ln 5.")


@graded("measures", weight=1)
def test_entropy_of_zeros(student, rng):
    """Weights that are exactly 0 add nothing: 0 log 0 is 0, not NaN."""
    weights = drawn_maps.rows(5, 6, rng=rng)
    weights = weights * (torch.rand(5, 6, generator=rng) < 0.5)
    weights[:, 2] = 0.3
    weights = weights / weights.sum(dim=-1, keepdim=True)
    weights[0] = torch.eye(6)[1]
    entropy(student, weights, hint="In floating point 0 * log(0) is 0 * -inf = nan.")


@graded("measures", weight=2)
def test_entropy_with_a_mask(student, rng):
    """Masked places are left out, and the rest of the row counts as a whole."""
    weights, mask = drawn_maps.rows(3, 4, 6, rng=rng), torch.rand(3, 4, 6, generator=rng) < 0.6
    mask[..., 1] = mask[..., 3] = True
    plain = weights.double()
    left = plain * mask
    known = {
        "the mask is ignored": reference.entropy(weights),
        "the mask is inverted: True means may attend": reference.entropy(weights, ~mask),
        "the remaining weights are not divided by their sum: they no longer sum to 1": -(
            left * left.clamp_min(1e-30).log()
        ).sum(dim=-1),
        "the masked weights go through a softmax again": reference.entropy(
            plain.masked_fill(~mask, -math.inf).softmax(dim=-1)
        ),
    }
    entropy(student, weights, mask, known)
    padding = torch.arange(6) < torch.tensor([6, 3, 2]).view(3, 1, 1)  # one mask for all queries
    entropy(
        student,
        weights,
        padding,
        hint="A mask may broadcast: here (3, 1, 6) for weights (3, 4, 6).",
    )


@graded("measures", weight=0.5)
def test_entropy_where_nothing_is_left(student, rng):
    """A row whose places are all masked has entropy 0."""
    weights, mask = drawn_maps.rows(3, 5, rng=rng), torch.ones(3, 5, dtype=torch.bool)
    mask[1] = False
    entropy(student, weights, mask, hint="The sum of what is left is 0, and 0 / 0 is nan.")


@graded("measures", weight=0.5)
def test_entropy_of_any_shape(student, rng):
    """One row, one map, a batch of heads: an entropy for each row. The weights stay as they
    were."""
    for shape in ((7,), (2, 3, 4, 5)):
        entropy(student, drawn_maps.rows(*shape, rng=rng))
    weights, mask = drawn_maps.rows(3, 5, rng=rng), torch.rand(3, 5, generator=rng) < 0.7
    _, after = student.attention_entropy.with_inputs(weights.clone(), mask.clone())
    expect.unchanged((weights, mask), after, ("weights", "mask"))


@graded("measures", weight=3)
def test_distance(student, rng):
    """For each query the mean distance |i - j|, weighted by its attention."""
    distance(student, drawn_maps.rows(6, 6, rng=rng))
    distance(student, torch.eye(5).flip(1))


@graded("measures", weight=1)
def test_distance_of_any_shape(student, rng):
    """More keys than queries, fewer, and any leading dimensions."""
    for shape in ((3, 7), (6, 4), (2, 3, 4, 5)):
        distance(
            student,
            drawn_maps.rows(*shape, rng=rng),
            hint="The maps need not be square, and may have leading dimensions.",
        )


@graded("measures", weight=2.5)
def test_hard_alignment(student, rng):
    """The most attended source position of each target position, as pairs (target, source)."""
    for shape in ((5, 5), (4, 6), (7, 3)):
        aligned(student, drawn_maps.rows(*shape, rng=rng))


@graded("measures", weight=1)
def test_ties(student, rng):
    """Among equal weights the first source position counts."""
    weights = torch.tensor([[0.1, 0.4, 0.1, 0.4], [0.25, 0.25, 0.25, 0.25], [0.0, 0.0, 0.5, 0.5]])
    last = [(i, max(j for j in range(4) if row[j] == row.max())) for i, row in enumerate(weights)]
    every = [(i, j) for i, row in enumerate(weights) for j in range(4) if row[j] == row.max()]
    aligned(
        student,
        weights,
        {
            "the last of equal weights is taken, not the first": last,
            "all of equal weights are taken, not the first alone": every,
        },
    )


@graded("measures", weight=0.5)
def test_rows_of_zeros(student, rng):
    """A row that is 0 everywhere looked at nothing, and has no pair."""
    weights = drawn_maps.rows(4, 5, rng=rng)
    weights[1] = weights[3] = 0
    aligned(
        student,
        weights,
        {
            "a row of zeros gets a pair: it looked at nothing": [
                (i, int(row.argmax())) for i, row in enumerate(weights)
            ]
        },
    )


@graded("measures", weight=2.5)
def test_error_rate(student, rng):
    """The alignment error rate of Och & Ney, where "possible" holds the sure pairs, too."""
    for _ in range(3):
        every = draw_pairs(rng, 12)
        rate(student, every[2:10], every[:5], every[:9])


@graded("measures", weight=1)
def test_sure_is_possible(student, rng):
    """A sure pair is possible, also where "possible" does not repeat it."""
    every = draw_pairs(rng, 12)
    rate(student, every[2:10], every[:6], every[6:9])


@graded("measures", weight=0.75)
def test_doubled_pairs(student, rng):
    """A pair counts once, however often it is given."""
    every = draw_pairs(rng, 9)
    rate(student, [*every[:5], every[1], every[7], every[7]], [*every[:4], every[0]], every[4:6])


@graded("measures", weight=0.75)
def test_nothing_there(student, rng):
    """Nothing predicted and nothing sure is no error; one of the two empty is no crash."""
    every = draw_pairs(rng, 6)
    for A, S, P in (([], [], every), (every[:3], [], every[1:]), ([], every[:2], every)):
        rate(student, A, S, P)
