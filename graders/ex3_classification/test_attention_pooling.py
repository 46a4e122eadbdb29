"""AttentionPooling: scores v . tanh(W h + b), a masked softmax over the tokens, the weighted mean.

All sizes differ, so that a transpose cannot pass by luck."""

import torch

from kireji.testing import diagnoses, expect, graded

from . import reference

B, T, HIDDEN_SIZE, ATTENTION_SIZE = 3, 5, 4, 6
SHAPES = {
    "W.weight": (ATTENTION_SIZE, HIDDEN_SIZE),
    "W.bias": (ATTENTION_SIZE,),
    "v.weight": (1, ATTENTION_SIZE),
}


def draw(rng, masked=True):
    """outputs (B, T, hidden_size), and a mask (B, T) with two to four real tokens in any place."""
    outputs = torch.randn(B, T, HIDDEN_SIZE, generator=rng)
    real = torch.rand(B, T, generator=rng).argsort(dim=-1) < torch.randint(
        2, T, (B, 1), generator=rng
    )
    return outputs, real if masked else torch.ones(B, T, dtype=torch.bool)


def loaded(student, rng, scale=2.0):
    """The student's pooling with parameters drawn here, and those parameters."""
    weights = {name: torch.randn(shape, generator=rng) for name, shape in SHAPES.items()}
    weights["v.weight"] = scale * weights["v.weight"]
    pooling = student.make("AttentionPooling", HIDDEN_SIZE, ATTENTION_SIZE)
    pooling.load(weights)
    return pooling, weights


def answer(result, B=B, T=T):
    """(pooled, attention_weights) in the right shapes."""
    pooled, attention_weights = expect.returns(result, "pooled", "attention_weights")
    expect.axes(attention_weights, ("B", "T"), (B, T), "attention_weights")
    expect.axes(pooled, ("B", "hidden_size"), (B, HIDDEN_SIZE), "pooled")
    return pooled, attention_weights


def mistakes(outputs, mask, weights):
    """What common slips make of attention_weights (B, T) and of pooled (B, hidden_size)."""
    right = reference.scores(outputs, weights)
    W, b, v = (weights[name].double() for name in SHAPES)
    projected = outputs.double() @ W.T + b  # (B, T, A)
    other = {
        "the tanh is missing": projected @ v[0],
        "tanh is taken of the score, not of W h + b": (projected @ v[0]).tanh(),
        "relu is used instead of tanh": projected.relu() @ v[0],
        "sigmoid is used instead of tanh": projected.sigmoid() @ v[0],
        "v is not used: the scores are the plain sum over attention_size": projected.tanh().sum(
            dim=-1
        ),
        "the bias of W is not used": (outputs.double() @ W.T).tanh() @ v[0],
    }
    other |= diagnoses.scaling_mistakes(right, ATTENTION_SIZE, scaled=False)
    common = diagnoses.attention_mistakes(
        right.unsqueeze(1),
        mask.unsqueeze(1),
        outputs.double(),
        {what: scores.unsqueeze(1) for what, scores in other.items()},
    )
    of_weights = {
        what: wrong.squeeze(1) for what, wrong in common.weights.items() if "queries" not in what
    }
    of_weights |= {
        (
            "the softmax runs over an axis of length 1, so every weight is 1: it belongs over the "
            "tokens"
        ): (mask.double()),
        "masked scores are set to 0 before the softmax: exp(0) is 1, not 0": (
            torch.softmax(right * mask, dim=-1) * mask
        ),
        "all real tokens get the same weight: the scores do not reach the softmax": (
            mask.double() / mask.sum(dim=-1, keepdim=True).clamp_min(1)
        ),
    }
    of_pooled = {
        what: reference.mix(wrong, outputs)
        for what, wrong in of_weights.items()
        if wrong.isfinite().all()
    }
    good = reference.shares(right, mask)
    real = mask.unsqueeze(-1)
    of_pooled |= {
        "pooled is the plain mean over all positions, padding included": outputs.double().mean(
            dim=1
        ),
        "pooled is divided by the number of tokens: the weights already sum to 1": reference.mix(
            good, outputs
        )
        / T,
        "pooled is the plain sum of the outputs": outputs.double().sum(dim=1),
        "pooled is the largest output of each feature (max pooling)": outputs.double()
        .masked_fill(~real, -1e30)
        .amax(dim=1),
        "pooled is the last output": outputs[:, -1].double(),
    }
    return of_weights, of_pooled


@graded("attention_pooling", weight=1)
def test_parameters_have_their_names(student, rng):
    """W is a linear layer with bias, v one without, in the sizes asked for."""
    parameters = student.make("AttentionPooling", HIDDEN_SIZE, ATTENTION_SIZE).parameters()
    for name, shape in SHAPES.items():
        expect.true(
            name in parameters,
            f"there is no parameter {name}: found {', '.join(sorted(parameters)) or 'none'}. "
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
        "the weights sum to 1 over the batch, not over the tokens: the softmax runs over the"
        " batch.",
    )
    expect.true(
        not bool((attention_weights == 1).all()),
        "every weight is 1: the softmax runs over an axis of length 1. It belongs over the tokens.",
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
        hint="softmax over a row of -inf is 0/0: put zeros there, for instance with "
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
        hint="exp of a large score overflows: torch.softmax subtracts the largest score first.",
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
            f"no gradient reaches {name}: is it used, and is there no detach(), no .data and no"
            " torch.no_grad()?",
        )
        expect.finite(gradient, f"the gradient of {name}")
    gradient = pooling.gradients(outputs, mask, of=0, wrt="inputs", cotangent=cotangent)[0]
    expect.true(
        gradient is not None and bool(gradient.ne(0).any()), "no gradient reaches the outputs."
    )
    expect.zero_where(gradient, ~mask.unsqueeze(-1), name="the gradient at masked tokens")
