"""causal_mask, SelfAttention, MultiHeadAttention and positional_encoding."""

import torch

from kireji.testing import diagnoses, expect, graded
from kireji.testing.counter_examples import chosen, size, smallest
from kireji.testing.empty_rows import empty_row
from kireji.testing.expect import Diagnosis
from kireji.testing.isolation import without

from . import attention_cases, multi_head_cases, reference
from . import self_attention_cases as cases
from .encoding_cases import encoding_mistakes
from .questions import draw_mask
from .self_attention_cases import D_K, D_MODEL, T, asked, own

# What these call was graded before them.
alone = without({"scaled_dot_product_attention": attention_cases.ATTENTION})


@graded("self_attention", weight=3)
def test_causal_mask(student, rng):
    """causal_mask: a position sees itself and what came before, nothing else."""
    with smallest(student.causal_mask, reference.causal_mask, T=size("T", 5)):
        for n in (3, 6, 2, 1):
            mask = expect.tensor(student.causal_mask(n), (n, n), torch.bool, "the mask")
            right = reference.causal_mask(n)
            known = diagnoses.causal_mask_mistakes(right)
            expect.close(mask, right, name="the mask", diagnoses=known)


@graded("self_attention", weight=4)
@alone
def test_self_attention_weights(student, rng):
    """SelfAttention: queries and keys are two projections of the same sequence."""
    with cases.smallest_of(student):
        for d_model, d_k in ((6, 6), (D_MODEL, D_K)):
            attention, (W_q, W_k, W_v) = own(student, rng, d_model, d_k)
            x = torch.randn(2, T, d_model, generator=rng)
            right, scores = cases.self_weights(x, W_q, W_k)
            known = cases.weight_mistakes(x, W_q, W_k, W_v, scores)
            given = asked(attention, x)[1]
            expect.close(given, right, name="the attention weights", diagnoses=known)
    cases.without_bias(student)


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
            Diagnosis("keys_mixed", "the keys are mixed instead of the values"): (
                given @ (x.double() @ W_k.T)
            ),
            Diagnosis("queries_mixed", "the queries are mixed instead of the values"): (
                given @ (x.double() @ W_q.T)
            ),
        }
        if d_model == d_k:
            wrong[
                Diagnosis("values_not_projected", "the values are not projected: W_v is not used")
            ] = given @ x.double()
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
    attention, _ = own(student, rng)
    x = torch.randn(2, T, D_MODEL, generator=rng)
    causal = reference.causal_mask(T)
    with cases.smallest_of(student, masked=True):
        context, given = asked(attention, x, causal)
        plain = asked(attention, x)[1].double()
        kept = plain * causal
        expect.close(
            given,
            kept / kept.sum(dim=-1, keepdim=True),
            name="the attention weights",
            hint="Is the mask handed on, True = may attend?",
            diagnoses=attention_cases.own_mask_mistakes(plain, causal),
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
    with multi_head_cases.smallest_of(student, output=1):
        for n_heads in (2, 4, 1):
            question = multi_head_cases.question(student, rng, n_heads)
            expect.close(
                question.ask()[1],
                question.right()[1],
                name="the heads' attention weights",
                diagnoses=question.weight_mistakes(),
            )
    multi_head_cases.with_biases(student)


@graded("self_attention", weight=4)
@alone
def test_heads_are_joined(student, rng):
    """MultiHeadAttention: each head mixes its part of the values by its weights, and W_o joins the
    heads, as in nn.MultiheadAttention."""
    with multi_head_cases.smallest_of(student, output=0):
        for n_heads in (2, 4, 1):
            for T_k in (5, 4):  # another sequence, and one as long as the queries
                question = multi_head_cases.question(student, rng, n_heads, T_k)
                context, given = question.ask()
                expect.close(
                    context,
                    question.context(given.double()),
                    name="the context",
                    diagnoses=question.context_mistakes(given.double()),
                )


@graded("self_attention", weight=3)
@alone
def test_heads_and_masks(student, rng):
    """MultiHeadAttention: masks (B, T_q, T_k), (B, 1, T_k) and (T_q, T_k) hold for every head; an
    empty row is no NaN."""
    question = multi_head_cases.question(student, rng, 2)
    plain = question.ask()[1].double()
    for mask in (draw_mask(rng, 4, 5), draw_mask(rng, 1, 5), draw_mask(rng, 4, 5)[0]):
        allowed = mask.expand(2, 4, 5).unsqueeze(1)
        context, given = question.ask(mask)
        kept = plain * allowed
        hint = f"The mask had shape {tuple(mask.shape)}."
        expect.close(
            given,
            kept / kept.sum(dim=-1, keepdim=True),
            name="the heads' attention weights",
            hint=hint,
            diagnoses=attention_cases.own_mask_mistakes(plain, allowed),
        )
        with_mask, without_mask = (question.context(w) for w in (given.double(), plain))
        expect.never(
            expect.agree(context, without_mask) and not expect.agree(with_mask, without_mask),
            Diagnosis("context_without_mask", "the context is mixed without the mask"),
            hint,
        )
    empty = torch.ones(2, 4, 5, dtype=torch.bool)
    empty[1, 2] = False
    context, given = question.ask(empty)
    for head in range(2):
        empty_row(given[1, head, 2], plain[1, head, 2])
    expect.finite(context, "the context of a query that may attend to nothing")


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
    own, right = student.positional_encoding, reference.positional_encoding
    with smallest(own, right, T=size("T"), d_model=chosen(2, 4)):
        for sizes in ((6, 8), (50, 16), (1, 2)):
            given = expect.axes(own(*sizes), ("T", "d_model"), sizes, "the encoding")
            known = encoding_mistakes(*sizes)
            expect.close(given, right(*sizes), name="the encoding", diagnoses=known)
