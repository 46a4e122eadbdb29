"""LocationAttention, which asks the query where to look, and gaussian_window, which says how near a
position is."""

import torch

from kireji.testing import expect, graded
from kireji.testing.counter_examples import chosen, numbers, size, smallest
from kireji.testing.expect import Diagnosis
from kireji.testing.gradients import reaches_inputs
from kireji.testing.isolation import without

from . import attention_cases, reference
from .encoding_cases import window_mistakes
from .questions import T_K, learned, question, without_bias

NAME = "LocationAttention"
alone = without({"masked_softmax": attention_cases.SOFTMAX})


@graded("location", weight=4)
@alone
def test_location_weights(student, rng):
    """LocationAttention: the weights are the softmax of W(query), over the positions that there
    are."""
    asked = question(student, NAME, rng)
    uncut = torch.softmax(asked.query.double() @ asked.matrix.double().T, dim=-1)[..., :T_K]
    expect.close(
        asked.ask()[1],
        asked.weights(),
        name="the attention weights",
        diagnoses={
            Diagnosis(
                "softmax_before_the_cut",
                "the softmax runs over all max_length positions and is cut to T_k afterwards, so "
                "that rows do not sum to 1",
            ): uncut,
            **asked.mistakes(),
        },
    )
    attention_cases.judged_weights(student, NAME, rng)
    without_bias(student, NAME)


@graded("location", weight=1.5)
@alone
def test_content_does_not_matter(student, rng):
    """LocationAttention: other keys, the same weights."""
    asked = question(student, NAME, rng, sizes=attention_cases.SAME)
    before = asked.ask()[1]
    after = asked.ask(
        key=torch.randn(asked.key.shape, generator=rng),
        value=torch.randn(asked.value.shape, generator=rng),
    )[1]
    expect.close(
        after,
        before,
        name="the attention weights",
        hint=(
            "What stands at a position must not change where location attention looks: only the"
            " query may."
        ),
    )


@graded("location", weight=2)
@alone
def test_masked_positions_get_no_weight(student, rng):
    """LocationAttention: a masked position gets exactly zero weight, and the others share the
    rest."""
    attention_cases.judged_mask(student, NAME, rng)
    attention_cases.judged_empty_row(student, NAME, rng)


@graded("location", weight=1.5)
@alone
def test_context_is_the_weighted_sum(student, rng):
    """LocationAttention: the context is the sum of the values, each times its weight."""
    attention_cases.judged_context(student, NAME, rng)
    attention_cases.judged_neighbours(student, NAME, rng)


@graded("location", weight=1)
@alone
def test_too_long_is_refused(student, rng):
    """LocationAttention: more positions than max_length are a ValueError; exactly max_length are
    not."""
    module, _ = learned(student, NAME, (4, 6), rng)
    query = torch.randn(1, 2, 4, generator=rng)
    expect.returns(
        module(query, torch.randn(1, 6, 4, generator=rng), torch.randn(1, 6, 3, generator=rng)),
        "context",
        "attention_weights",
    )
    expect.raises(
        "ValueError",
        lambda: module(
            query, torch.randn(1, 7, 4, generator=rng), torch.randn(1, 7, 3, generator=rng)
        ),
        "It was built for 6 positions and is asked about 7.",
    )


@graded("location", weight=5)
def test_window_values(student, rng):
    """gaussian_window: exp(-(s - center)² / (2 sigma²)) at every position s."""
    with smallest(
        student.gaussian_window,
        reference.gaussian_window,
        center=numbers("B T_q"),
        length=size("length"),
        sigma=chosen(1.0, 2.0, 0.5),
    ):
        for sigma in (1.5, 0.7, 3.0):
            center = 6 * torch.rand(2, 3, generator=rng)
            window = student.gaussian_window(center, 7, sigma)
            right = reference.gaussian_window(center, 7, sigma)
            expect.close(
                expect.axes(window, ("B", "T_q", "length"), (2, 3, 7), "the window"),
                right,
                name="the window",
                diagnoses=window_mistakes(center.double(), 7, sigma, right),
                atol=1e-5,
            )


@graded("location", weight=1)
def test_window_outside(student, rng):
    """gaussian_window: a centre outside of the sequence is allowed, one query alone as well, and
    the gradient reaches the centre."""
    center = torch.tensor([[-2.0], [9.5]]) + torch.rand(2, 1, generator=rng)
    window = expect.axes(
        student.gaussian_window(center, 4, 2.5), ("B", "T_q", "length"), (2, 1, 4), "the window"
    )
    expect.close(
        window,
        reference.gaussian_window(center, 4, 2.5),
        name="the window",
        atol=1e-6,
        hint="The centre must not be moved into the sequence.",
    )
    reaches_inputs(student.gaussian_window, (center, 4, 2.5), rng, {0: "centre"}, of=None)
