"""causal_mask, SelfAttention, MultiHeadAttention and positional_encoding."""

import math

import torch

from kireji.testing import diagnoses, expect, graded
from kireji.testing.isolation import stands_in, without

from . import attention_cases, multi_head_cases, reference

# What these call was graded before them.
alone = without({"scaled_dot_product_attention": attention_cases.ATTENTION})
D_MODEL, D_K, T = 7, 4, 5


@graded("self_attention", weight=3)
def test_causal_mask(student, rng):
    """causal_mask: a position sees itself and what came before, nothing else."""
    for size in (3, 6, 2, 1):
        mask = expect.tensor(student.causal_mask(size), (size, size), torch.bool, "the mask")
        right = reference.causal_mask(size)
        expect.close(mask, right, name="the mask", diagnoses=diagnoses.causal_mask_mistakes(right))


def own(student, rng, d_model: int = D_MODEL, d_k: int = D_K):
    """The student's SelfAttention with projections drawn here, and these (d_k, d_model)."""
    attention = student.make("SelfAttention", d_model, d_k)
    found = {name: tuple(parameter.shape) for name, parameter in attention.parameters().items()}
    needed = {f"{name}.weight": (d_k, d_model) for name in ("W_q", "W_k", "W_v")}
    expect.true(
        found == needed,
        f"SelfAttention({d_model}, {d_k}) should have exactly the parameters {needed} and has"
        f" {found}: three nn.Linear layers on self, without bias.",
    )
    weights = {name: torch.randn(shape, generator=rng) for name, shape in needed.items()}
    attention.load(weights)
    return attention, [weights[f"{name}.weight"].double() for name in ("W_q", "W_k", "W_v")]


def asked(attention, x, mask=None):
    context, attention_weights = expect.returns(
        attention(x) if mask is None else attention(x, mask), "context", "attention_weights"
    )
    return context, expect.axes(
        attention_weights,
        ("B", "T_q", "T_k"),
        (x.shape[0], x.shape[1], x.shape[1]),
        "attention_weights",
    )


def self_weights(x, W_q, W_k, mask=None):
    """(the weights, the scores) of scaled self-attention, or of the stand-in that takes its
    place."""
    scores = reference.scores(x.double() @ W_q.T, x.double() @ W_k.T)
    if stands_in("scaled_dot_product_attention"):
        return reference.shares(scores, mask), scores
    return reference.weights(scores / math.sqrt(W_q.shape[0]), mask), scores


@graded("self_attention", weight=4)
@alone
def test_self_attention_weights(student, rng):
    """SelfAttention: queries and keys are two projections of the same sequence."""
    for d_model, d_k in ((6, 6), (D_MODEL, D_K)):
        attention, (W_q, W_k, W_v) = own(student, rng, d_model, d_k)
        x = torch.randn(2, T, d_model, generator=rng)
        right, scores = self_weights(x, W_q, W_k)
        root = math.sqrt(d_k)
        project = {
            "q": x.double() @ W_q.T,
            "k": x.double() @ W_k.T,
            "v": x.double() @ W_v.T,
            "x": x.double(),
        }
        wrong = {
            "one projection serves for query and key: W_k is not used": project["q"]
            @ project["q"].mT
            / root,
            "one projection serves for query and key: W_q is not used": project["k"]
            @ project["k"].mT
            / root,
            "W_q and W_k are exchanged": scores.mT / root,
            "the values' projection is used for the keys": project["q"] @ project["v"].mT / root,
            "the values' projection is used for the queries": project["v"] @ project["k"].mT / root,
            "the sequence is not projected: queries and keys are x itself": project["x"]
            @ project["x"].mT
            / math.sqrt(d_model),
            **diagnoses.scaling_mistakes(scores / root, d_k, scaled=True),
        }
        if d_model != d_k:
            wrong["the scores are divided by sqrt(d_model) instead of sqrt(d_k)"] = (
                scores / math.sqrt(d_model)
            )
        known = diagnoses.attention_mistakes(scores / root, None, project["v"], wrong).weights
        given = asked(attention, x)[1]
        expect.close(given, right, name="the attention weights", diagnoses=known)


@graded("self_attention", weight=2)
@alone
def test_self_attention_context(student, rng):
    """SelfAttention: the context mixes the values, a third projection."""
    for d_model, d_k in ((6, 6), (D_MODEL, D_K)):
        attention, (W_q, W_k, W_v) = own(student, rng, d_model, d_k)
        x = torch.randn(2, T, d_model, generator=rng)
        context, given = asked(attention, x)
        context, given = (
            expect.axes(context, ("B", "T", "d_k"), (2, T, d_k), "context"),
            given.double(),
        )
        wrong = {
            "the keys are mixed instead of the values": given @ (x.double() @ W_k.T),
            "the queries are mixed instead of the values": given @ (x.double() @ W_q.T),
        }
        if d_model == d_k:
            wrong["the values are not projected: W_v is not used"] = given @ x.double()
        expect.close(
            context,
            reference.mix(given, x.double() @ W_v.T),
            name="the context",
            diagnoses=wrong,
            hint="context = attention_weights @ W_v(x).",
        )


@graded("self_attention", weight=2)
@alone
def test_self_attention_mask(student, rng):
    """SelfAttention: with a causal mask (T, T), the future changes nothing; (B, T, T) works as
    well."""
    attention, (W_q, W_k, W_v) = own(student, rng)
    x = torch.randn(2, T, D_MODEL, generator=rng)
    causal = reference.causal_mask(T)
    context, given = asked(attention, x, causal)
    right, scores = self_weights(x, W_q, W_k, causal)
    plain = asked(attention, x)[1].double()
    expect.close(
        given,
        right,
        name="the attention weights",
        hint="Is the mask handed on, True = may attend?",
        diagnoses={
            **attention_cases.own_mask_mistakes(plain, causal),
            **diagnoses.attention_mistakes(scores / math.sqrt(D_K), causal, x).weights,
        },
    )
    later = x.clone()
    later[:, -1] = torch.randn(2, D_MODEL, generator=rng)
    expect.close(
        asked(attention, later, causal)[0][:, :-1],
        context[:, :-1],
        name="the context",
        hint="The last position was changed, and earlier ones noticed.",
    )
    mask = causal.expand(2, T, T).clone()
    mask[1, :, 0] = False
    mask[1, 0, 1] = True
    expect.zero_where(
        asked(attention, x, mask)[1],
        ~mask,
        hint="A mask (B, T, T) belongs to each sequence on its own.",
    )


@graded("self_attention", weight=3)
@alone
def test_heads_attend_on_their_own(student, rng):
    """MultiHeadAttention: each head's weights are those of nn.MultiheadAttention with the same
    parameters."""
    for n_heads in (1, 2, 4):
        question = multi_head_cases.question(student, rng, n_heads)
        context, given = question.ask()
        expect.close(
            given,
            question.right()[1],
            name="the heads' attention weights",
            diagnoses=question.weight_mistakes(),
        )


@graded("self_attention", weight=4)
@alone
def test_heads_are_joined(student, rng):
    """MultiHeadAttention: the context is that of nn.MultiheadAttention with the same parameters."""
    for n_heads in (1, 2, 4):
        for T_k in (5, 4):  # another sequence, and one as long as the queries
            question = multi_head_cases.question(student, rng, n_heads, T_k)
            context, given = question.ask()
            expect.close(
                context,
                question.right()[0],
                name="the context",
                diagnoses=question.context_mistakes(),
            )


@graded("self_attention", weight=3)
@alone
def test_heads_and_masks(student, rng):
    """MultiHeadAttention: masks (B, T_q, T_k), (B, 1, T_k) and (T_q, T_k) hold for every head; an
    empty row is no NaN."""
    question = multi_head_cases.question(student, rng, 2)
    for mask in (
        attention_cases.draw_mask(rng, 4, 5),
        attention_cases.draw_mask(rng, 1, 5),
        attention_cases.draw_mask(rng, 4, 5)[0],
    ):
        full = mask.expand(2, 4, 5).contiguous()
        context, given = question.ask(mask)
        right = question.right(full)
        plain = question.right()[1]
        expect.close(
            given,
            right[1],
            name="the heads' attention weights",
            hint=f"The mask had shape {tuple(mask.shape)}.",
            diagnoses=attention_cases.own_mask_mistakes(plain, full.unsqueeze(1)),
        )
        expect.close(
            context, right[0], name="the context", hint=f"The mask had shape {tuple(mask.shape)}."
        )
    empty = torch.ones(2, 4, 5, dtype=torch.bool)
    empty[1, 2] = False
    context, given = question.ask(empty)
    expect.finite(
        context, "the context", "Softmax over a row of -inf is 0/0: such a query's weights are 0."
    )
    expect.zero_where(given, ~empty.unsqueeze(1), name="the heads' attention weights")


@graded("self_attention", weight=1)
@alone
def test_heads_must_fit(student, rng):
    """MultiHeadAttention: a number of heads that does not divide d_model is a ValueError; sequences
    of a batch stay apart."""
    question = multi_head_cases.question(student, rng, 2)
    together = question.ask()[0]
    expect.close(
        question.ask(rows=slice(1, 2))[0][0],
        together[1],
        name="the context",
        hint="A sequence must get the same answer alone and in a batch.",
    )
    error = None
    try:
        student.make("MultiHeadAttention", 10, 4)
    except Exception as raised:  # whatever it is, its type decides below
        error = raised
    expect.true(
        error is not None,
        "MultiHeadAttention(10, 4) should raise ValueError: 10 features cannot be shared among 4"
        " heads.",
    )
    expect.true(
        getattr(error, "type_name", "") == "ValueError",
        f"MultiHeadAttention(10, 4) should raise ValueError, and raised {error}.",
    )


@graded("self_attention", weight=4)
def test_positional_encoding(student, rng):
    """positional_encoding: sines and cosines, interleaved, of the right frequencies."""
    for length, d_model in ((6, 8), (50, 16), (1, 2)):
        given = expect.axes(
            student.positional_encoding(length, d_model),
            ("T", "d_model"),
            (length, d_model),
            "the encoding",
        )
        right = reference.positional_encoding(length, d_model)
        expect.close(
            given, right, name="the encoding", diagnoses=encoding_mistakes(length, d_model)
        )


def encoding_mistakes(length: int, d_model: int) -> dict[str, torch.Tensor]:
    t = torch.arange(length, dtype=torch.float64).unsqueeze(1)
    i = torch.arange(d_model // 2, dtype=torch.float64)

    def interleaved(angles, first=torch.sin, second=torch.cos):
        return torch.stack([first(angles), second(angles)], dim=-1).flatten(1)

    angles = t / 10000 ** (2 * i / d_model)
    return {
        "sines and cosines stand in two halves, not interleaved": torch.cat(
            [angles.sin(), angles.cos()], dim=1
        ),
        "sine and cosine are exchanged: the even features are sines": interleaved(
            angles, torch.cos, torch.sin
        ),
        "every feature is a sine": interleaved(angles, torch.sin, torch.sin),
        "positions are counted from 1, not from 0": interleaved(
            (t + 1) / 10000 ** (2 * i / d_model)
        ),
        "the exponent is i / d_model: the 2 is missing": interleaved(t / 10000 ** (i / d_model)),
        "the exponent is 4i / d_model: the 2 counts twice": interleaved(
            t / 10000 ** (4 * i / d_model)
        ),
        "the base is 1000 instead of 10000": interleaved(t / 1000 ** (2 * i / d_model)),
        "the angles are multiplied by 10000^(...) instead of divided": interleaved(
            t * 10000 ** (2 * i / d_model)
        ),
        "each feature has a frequency of its own: a sine and its cosine should share one": (
            torch.where(
                torch.arange(d_model) % 2 == 0,
                (t / 10000 ** (torch.arange(d_model) / d_model)).sin(),
                (t / 10000 ** (torch.arange(d_model) / d_model)).cos(),
            )
        ),
        "the sine and the cosine are left out: these are the angles": interleaved(
            angles, torch.clone, torch.clone
        ),
    }
