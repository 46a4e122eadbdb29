"""AttentionPooling: scores v . tanh(W h + b), a softmax over the tokens, the weighted mean."""

import torch

from kireji.testing import expect, graded

from . import reference
from .pooling_cases import (
    ATTENTION_SIZE,
    HIDDEN_SIZE,
    SHAPES,
    B,
    T,
    answer,
    draw,
    loaded,
    mistakes,
)


@graded("attention_pooling", weight=1)
def test_parameters_have_their_names(student, rng):
    """W is a linear layer with bias, v one without, in the sizes asked for."""
    parameters = student.make("AttentionPooling", HIDDEN_SIZE, ATTENTION_SIZE).parameters()
    for name, shape in SHAPES.items():
        expect.true(
            name in parameters,
            f"There is no parameter {name}: found {', '.join(sorted(parameters)) or 'none'}. "
            "Are W and v nn.Linear layers on self?",
        )
        expect.true(
            tuple(parameters[name].shape) == shape,
            f"{name} should have shape {shape} and has {tuple(parameters[name].shape)}: are the"
            " sizes given to nn.Linear in the order (in, out)?",
        )
    expect.true(
        "v.bias" not in parameters,
        "v.bias should not be there: nn.Linear(..., bias=False). (It would not matter: a constant "
        "cancels in the softmax.)",
    )


@graded("attention_pooling", weight=2)
def test_weights_are_shares(student, rng):
    """The weights of each text are shares: none negative, together 1."""
    outputs, mask = draw(rng, masked=False)
    pooling, weights = loaded(student, rng)
    _, attention_weights = answer(pooling(outputs, mask))
    over_the_batch = torch.allclose(attention_weights.sum(dim=0), torch.ones(T), atol=1e-4)
    expect.true(
        not over_the_batch,
        "The weights sum to 1 over the batch, not over the tokens: the softmax runs over the"
        " batch.",
    )
    expect.true(
        not bool((attention_weights == 1).all()),
        "Every weight is 1: the softmax runs over an axis of length 1. It belongs over the tokens.",
    )
    expect.rows_sum_to_one(attention_weights, hint="Is there a softmax over the tokens?")


@graded("attention_pooling", weight=4)
def test_scores(student, rng):
    """The weights are those of v · tanh(W h + b)."""
    outputs, mask = draw(rng, masked=False)
    pooling, weights = loaded(student, rng)
    _, attention_weights = answer(pooling(outputs, mask))
    expect.close(
        attention_weights,
        reference.shares(reference.scores(outputs, weights), mask),
        name="the attention weights",
        diagnoses=mistakes(outputs, mask, weights)[0],
        hint="Take softmax over the tokens of v(tanh(W(outputs))).",
    )


@graded("attention_pooling", weight=4)
def test_padding_gets_no_weight(student, rng):
    """A masked token gets exactly zero weight, and the real ones share the whole."""
    outputs, mask = draw(rng)
    pooling, weights = loaded(student, rng)
    _, attention_weights = answer(pooling(outputs, mask))
    expect.close(
        attention_weights,
        reference.shares(reference.scores(outputs, weights), mask),
        name="the attention weights",
        diagnoses=mistakes(outputs, mask, weights)[0],
    )
    expect.zero_where(
        attention_weights,
        ~mask,
        hint="Are masked scores set to -inf before the softmax, not after it?",
    )


@graded("attention_pooling", weight=3)
def test_pooled_is_the_weighted_sum(student, rng):
    """pooled is the sum of the outputs, each times its weight."""
    outputs, mask = draw(rng)
    pooling, weights = loaded(student, rng)
    pooled, attention_weights = answer(pooling(outputs, mask))
    expect.finite(attention_weights, "the attention weights")
    wrong = mistakes(outputs, mask, weights)[1]
    # By the student's own weights: wrong ones have cost their points already.
    expect.close(
        pooled,
        reference.mix(attention_weights, outputs),
        name="pooled",
        diagnoses=wrong,
        hint="attention_weights as a row (B, 1, T) times outputs (B, T, hidden_size).",
    )


@graded("attention_pooling", weight=2)
def test_no_real_token(student, rng):
    """A row without any real token gets zero weights and a zero pooled vector, not NaN."""
    outputs, mask = draw(rng)
    mask[1] = False
    pooling, _ = loaded(student, rng)
    pooled, attention_weights = answer(pooling(outputs, mask))
    row = attention_weights[1]
    expect.finite(
        row,
        "the weights of that row",
        hint="Softmax over a row of -inf is 0/0: put zeros there, for instance with "
        "masked_fill or nan_to_num.",
    )
    even = torch.full_like(row, 1 / len(row))
    expect.true(
        not torch.allclose(row, even, atol=1e-4),
        "All tokens of that row get the same weight: with a large negative number such as -1e9 in"
        " place of -inf, a row without any real token attends to everything.",
    )
    expect.true(
        abs(float(row.sum()) - 1) > 1e-4,
        "The weights of that row sum to 1: it attends to what is masked.",
    )
    expect.zero_where(row, torch.ones_like(row, dtype=torch.bool), name="that row's weights")
    expect.zero_where(
        pooled[1], torch.ones_like(pooled[1], dtype=torch.bool), name="that row's pooled vector"
    )
    expect.rows_sum_to_one(
        attention_weights[mask.any(dim=-1)], hint="The other rows go on as usual."
    )


@graded("attention_pooling", weight=1)
def test_large_scores_stay_finite(student, rng):
    """Very large scores give weights, not NaN."""
    pooling, _ = loaded(student, rng, scale=400.0)
    _, attention_weights = answer(pooling(*draw(rng)))
    expect.finite(
        attention_weights,
        "the attention weights",
        hint="A large score overflows in exp: torch.softmax subtracts the largest score first.",
    )
    expect.rows_sum_to_one(attention_weights)


@graded("attention_pooling", weight=2)
def test_texts_do_not_mix(student, rng):
    """A text gets the same answer alone and in a batch, on the first call and on the second, and
    inputs stay as they are."""
    outputs, mask = draw(rng)
    pooling, _ = loaded(student, rng)
    result, after = pooling.with_inputs(outputs, mask)
    together = answer(result)
    expect.unchanged((outputs, mask), after, ("outputs", "mask"))
    answer(pooling(*draw(rng)))
    for name, first, again in zip(
        ("pooled", "attention_weights"),
        together,
        answer(pooling(outputs, mask, seed=1)),
        strict=False,
    ):
        expect.close(
            again,
            first,
            name=name,
            hint=(
                "The same call gives another answer: is something kept on self, or is there"
                " dropout?"
            ),
        )
    for row in range(B):
        alone = answer(pooling(outputs[row : row + 1], mask[row : row + 1]), B=1)
        for name, one, many in zip(("pooled", "attention_weights"), alone, together, strict=False):
            expect.close(
                one[0],
                many[row],
                name=name,
                hint=f"{name} of a text must not depend on its neighbours in the batch.",
            )
    single = answer(pooling(outputs[:, :1], torch.ones(B, 1, dtype=torch.bool)), T=1)
    expect.close(
        single[0],
        outputs[:, 0],
        name="pooled",
        hint="A text of one token pools to that token's output.",
    )


@graded("attention_pooling", weight=1)
def test_gradient_reaches_everything(student, rng):
    """The gradient reaches W, v and the outputs."""
    outputs, mask = draw(rng)
    pooling, weights = loaded(student, rng)
    cotangent = torch.randn(B, HIDDEN_SIZE, generator=rng)
    gradients = pooling.gradients(outputs, mask, of=0, wrt="parameters", cotangent=cotangent)
    for name in weights:
        gradient = gradients.get(name)
        expect.true(
            gradient is not None and bool(gradient.ne(0).any()),
            f"No gradient reaches {name}: is it used, and is there no detach(), no .data and no"
            " torch.no_grad()?",
        )
        expect.finite(gradient, f"the gradient of {name}")
    gradient = pooling.gradients(outputs, mask, of=0, wrt="inputs", cotangent=cotangent)[0]
    expect.true(
        gradient is not None and bool(gradient.ne(0).any()), "No gradient reaches the outputs."
    )
    expect.zero_where(gradient, ~mask.unsqueeze(-1), name="the gradient at masked tokens")
