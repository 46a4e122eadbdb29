"""AttentionDecoder: one step from the word said last to the next, looking at the source through
attention.

The student's own attention is used; where it is broken a stand-in takes its place, so that only the
decoder is judged."""

import torch

from kireji.testing import expect, graded
from kireji.testing.gradients import reaches_inputs, reaches_parameters

from .attention_cases import unchanged
from .decoder_cases import (
    EMBEDDING_SIZE,
    HIDDEN_SIZE,
    LENGTHS,
    PAD,
    T_SRC,
    VOCAB_SIZE,
    B,
    asked_once,
    checked,
    differs,
    draw,
    felt_by,
    make,
)
from .fakes import without


@graded("decoder", weight=2)
@without("AdditiveAttention")
def test_shapes(student, rng):
    """One step gives logits, the new hidden state and the attention weights, each in its shape; a
    batch of one too."""
    decoder, inputs = make(student), draw(rng)
    logits, _, _ = checked(decoder(*inputs))
    expect.true(
        not (
            bool((logits >= 0).all())
            and torch.allclose(logits.sum(dim=-1).double(), torch.ones(B).double(), atol=1e-4)
        ),
        "logits are probabilities already: leave the softmax to the loss.",
    )
    checked(decoder(*(tensor[:1] for tensor in inputs)), B=1)
    input_ids, hidden, encoder_outputs, _ = inputs
    checked(
        decoder(input_ids, hidden, encoder_outputs[:, :1], torch.ones(B, 1, dtype=torch.bool)),
        T_src=1,
    )


@graded("decoder", weight=2)
@without("AdditiveAttention")
def test_weights_are_shares_of_the_real_words(student, rng):
    """The weights of a step sum to 1 and padding gets none."""
    decoder, inputs = make(student), draw(rng)
    _, _, attention_weights = checked(decoder(*inputs))
    expect.zero_where(
        attention_weights,
        ~inputs[3],
        hint="Is the mask handed to the attention? It is (B, T_src); the attention "
        "expects (B, T_q, T_src), here with T_q = 1.",
    )
    expect.rows_sum_to_one(
        attention_weights, hint="One row per sentence, after the single query's axis is taken away."
    )


@graded("decoder", weight=3)
@without("AdditiveAttention")
def test_context_is_used(student, rng):
    """What is said next depends on the source words looked at."""
    decoder, inputs = make(student), draw(rng)
    input_ids, hidden, encoder_outputs, mask = inputs
    logits, _, weights = checked(decoder(*inputs))
    looked_at = weights.argmax(dim=1)
    other = encoder_outputs.clone()
    other[torch.arange(B), looked_at] += 1.0
    changed, _, other_weights = checked(decoder(input_ids, hidden, other, mask))
    expect.true(
        bool(differs(changed, logits).all()),
        "Attention is computed and then not used: changing the encoder output where the decoder"
        " looks changes nothing in the logits. Does the context go into the GRU or the output"
        " layer?",
    )
    # Attention that weighs all alike is the mean over the source, whatever the keys and the query
    # are.
    moved = differs(other_weights, weights)
    expect.true(
        bool(moved.any()), "The weights do not change with the encoder outputs: are these the keys?"
    )


@graded("decoder", weight=2)
@without("AdditiveAttention")
def test_padding_is_not_seen(student, rng):
    """What stands in padded places of the source changes nothing."""
    decoder, inputs = make(student), draw(rng)
    input_ids, hidden, encoder_outputs, mask = inputs
    before = checked(decoder(*inputs))
    noise = torch.where(
        mask.unsqueeze(-1), encoder_outputs, torch.randn(encoder_outputs.shape, generator=rng) * 10
    )
    after = checked(decoder(input_ids, hidden, noise, mask))
    for name, one, other in zip(
        ("logits", "hidden", "attention_weights"), before, after, strict=False
    ):
        expect.close(
            other,
            one,
            hint=(
                f"{name} change with what stands in padded places: is the mask handed to the"
                " attention, and does nothing else (a mean, the last column) read the encoder"
                " outputs?"
            ),
        )


@graded("decoder", weight=2)
@without("AdditiveAttention")
def test_hidden_moves_on(student, rng):
    """The new hidden state depends on the word said last and on the old hidden state."""
    decoder, inputs = make(student), draw(rng)
    input_ids, hidden, encoder_outputs, mask = inputs
    logits, new_hidden, _ = checked(decoder(*inputs))
    expect.true(
        bool(differs(new_hidden, hidden).all()),
        "The hidden state comes back as it was: return the GRU's new one.",
    )
    word_logits, word_hidden, _ = checked(
        decoder(input_ids % (VOCAB_SIZE - 1) + 1, hidden, encoder_outputs, mask)
    )
    expect.true(
        bool(differs(word_hidden, new_hidden).all()),
        "Another word said last leaves the new hidden state as it was: does "
        "its embedding go into the GRU?",
    )
    expect.true(
        bool(differs(word_logits, logits).all()),
        "Another word said last leaves the logits as they were.",
    )
    # With one source word there is only one place to look, so nothing but the GRU can tell the old
    # states apart.
    single = torch.arange(T_SRC).expand(B, T_SRC) == 0
    logits, new_hidden, _ = checked(decoder(input_ids, hidden, encoder_outputs, single))
    old_logits, old_hidden, _ = checked(decoder(input_ids, -hidden, encoder_outputs, single))
    expect.true(
        bool(differs(old_hidden, new_hidden).all()),
        "Another old hidden state leaves the new one as it was: is it handed "
        "to the GRU, or does the GRU start from zero at every step?",
    )
    expect.true(
        bool(differs(old_logits, logits).all()),
        "Another old hidden state leaves the logits as they were.",
    )


@graded("decoder", weight=1)
@without("AdditiveAttention")
def test_hidden_state_is_the_query(student, rng):
    """Where the decoder looks depends on its hidden state."""
    decoder, inputs = make(student), draw(rng)
    input_ids, hidden, encoder_outputs, mask = inputs
    _, _, weights = checked(decoder(*inputs))
    _, _, other = checked(decoder(input_ids, -hidden, encoder_outputs, mask))
    several = LENGTHS > 1
    expect.true(
        bool(differs(other, weights)[several].any()),
        "The weights do not change with the hidden state: the decoder's "
        "hidden state belongs into the query.",
    )


@graded("decoder", weight=4)
@without("AdditiveAttention")
def test_old_state_looks_and_new_state_speaks(student, rng):
    """Attention is asked once, with the old state; the GRU reads what was found; the word is said
    from the new state."""
    decoder, inputs = make(student), draw(rng)
    checked(decoder(*inputs))
    logits, hidden, attention_weights = (
        felt_by(decoder, inputs, of, torch.randn(size, generator=rng))
        for of, size in enumerate(((B, VOCAB_SIZE), (B, HIDDEN_SIZE), (B, T_SRC)))
    )
    recurrent = hidden - attention_weights
    expect.true(
        bool(recurrent),
        f"{expect.NAMED} the attention is asked with the new state: the weights change with every"
        " parameter that the new state changes with, those of the GRU too. The query is the state"
        " that came in; the GRU comes after.",
    )
    expect.true(
        bool(recurrent & logits),
        f"{expect.NAMED} the word is said from the old state: the logits do not change with the"
        " parameters of the GRU. The layers of step 3 read the new state.",
    )
    input_ids, state, encoder_outputs, mask = inputs
    other = checked(decoder(input_ids, state, encoder_outputs + 1.0, mask))[1]
    expect.true(
        bool(differs(other, checked(decoder(*inputs))[1]).all()),
        "The new hidden state does not change with the encoder outputs: the GRU reads the context"
        " beside the last word.",
    )
    asked_once(student, inputs)


@graded("decoder", weight=2)
@without("AdditiveAttention")
def test_sentences_do_not_mix(student, rng):
    """A sentence gets the same step alone and in a batch."""
    decoder, inputs = make(student), draw(rng)
    together = checked(decoder(*inputs))
    for row in range(B):
        alone = checked(decoder(*(tensor[row : row + 1] for tensor in inputs)), B=1)
        for name, one, many in zip(
            ("logits", "hidden", "attention_weights"), alone, together, strict=False
        ):
            expect.close(
                one[0],
                many[row],
                hint=(
                    f"{name} of a sentence change with its neighbours in the batch: does a reshape"
                    " mix rows, or a softmax run over the batch?"
                ),
            )


@graded("decoder", weight=1)
@without("AdditiveAttention")
def test_nothing_is_kept_between_calls(student, rng):
    """The same step gives the same answer again in eval mode, and the inputs stay as they were."""
    decoder, inputs = make(student), draw(rng)
    result, after = decoder.with_inputs(*inputs)
    first = checked(result)
    unchanged(inputs, after, ("input_ids", "hidden", "encoder_outputs", "mask"))
    checked(decoder(*draw(rng)))
    for name, one, again in zip(
        ("logits", "hidden", "attention_weights"),
        first,
        checked(decoder(*inputs, seed=1)),
        strict=False,
    ):
        expect.close(
            again,
            one,
            hint=(
                f"{name} of the same step differ the second time: is a state kept on self (hidden"
                " comes in and goes out), or is dropout on in eval mode?"
            ),
        )


@graded("decoder", weight=1)
@without("AdditiveAttention")
def test_weights_before_dropout(student, rng):
    """Also while training the returned weights sum to 1."""
    decoder, inputs = make(student), draw(rng)
    decoder.train()
    for seed in range(3):
        _, _, attention_weights = checked(decoder(*inputs, seed=seed))
        expect.rows_sum_to_one(
            attention_weights,
            hint="Are the weights returned after dropout? Return those before it.",
        )


@graded("decoder", weight=2)
@without("AdditiveAttention")
def test_learns(student, rng):
    """The gradient reaches every parameter, the old hidden state and the encoder outputs."""
    decoder, inputs = make(student), draw(rng)
    checked(decoder(*inputs))
    reaches_parameters(decoder, inputs, rng, of=(0, 1), still=((VOCAB_SIZE, EMBEDDING_SIZE), PAD))
    reaches_inputs(decoder, inputs, rng, {1: "hidden state", 2: "encoder_outputs"})
