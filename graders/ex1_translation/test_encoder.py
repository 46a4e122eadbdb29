"""Encoder(vocab_size, embedding_size, hidden_size, pad_id): source words in, one vector per word
and one for the sentence out.

How it is built inside is the student's business; what it answers is judged. Padding must not change
anything."""

import torch

from kireji.testing import expect, graded
from kireji.testing.expect import Diagnosis
from kireji.testing.gradients import reaches_parameters

from . import reference
from .attention_cases import shaped, unchanged

VOCAB_SIZE, EMBEDDING_SIZE, HIDDEN_SIZE, PAD = 11, 5, 6, 0
LENGTHS = torch.tensor([3, 7, 1, 5])  # unsorted on purpose
B, T_SRC = 4, 7
UNPACKED = (
    "Do the GRU's steps run over padding? pack_padded_sequence(..., lengths, batch_first=True,"
    " enforce_sorted=False) stops each sentence at its own length."
)


def make(student, pad_id=PAD):
    encoder = student.make("Encoder", VOCAB_SIZE, EMBEDDING_SIZE, HIDDEN_SIZE, pad_id)
    encoder.eval()
    return encoder


def draw(rng, lengths=LENGTHS, width=T_SRC, pad_id=PAD):
    """source_ids (B, width): words other than padding up to each length, then padding."""
    ids = torch.randint(1, VOCAB_SIZE, (len(lengths), width), generator=rng)
    ids[ids == pad_id] = 0 if pad_id else 1
    return ids.masked_fill(~reference.padding_mask(lengths, width), pad_id)


def ask(encoder, source_ids, lengths, seed=0):
    """(encoder_outputs, hidden) of the student's encoder, in the right shapes."""
    return checked(encoder(source_ids, lengths, seed=seed), source_ids, lengths)


def checked(result, source_ids, lengths):
    """Both are there, in shape, finite, and not the same for every word and every sentence."""
    B, T_src = source_ids.shape
    encoder_outputs, hidden = expect.returns(result, "encoder_outputs", "hidden")
    for name, tensor, names, sizes in (
        (
            "encoder_outputs",
            encoder_outputs,
            ("B", "T_src", "2*hidden_size"),
            (B, T_src, 2 * HIDDEN_SIZE),
        ),
        ("hidden", hidden, ("B", "hidden_size"), (B, HIDDEN_SIZE)),
    ):
        shaped(expect.tensor(tensor, name=name), name, names, sizes)
        expect.finite(tensor, name)
    words = encoder_outputs[reference.padding_mask(lengths, T_src)]
    expect.true(
        len(words) == 1 or bool(words.ne(words[:1]).any()),
        "encoder_outputs is the same for every word.",
    )
    expect.true(
        B == 1 or bool(hidden.ne(hidden[:1]).any()), "hidden is the same for every sentence."
    )
    return encoder_outputs, hidden


@graded("encoder", weight=2)
def test_shapes(student, rng):
    """The encoder gives a vector of 2 · hidden_size for each word and one of hidden_size for the
    sentence."""
    ask(make(student), draw(rng), LENGTHS)


@graded("encoder", weight=3)
def test_padding_changes_nothing(student, rng):
    """A sentence gets the same answer alone and padded among longer ones."""
    encoder, source_ids = make(student), draw(rng)
    encoder_outputs, hidden = ask(encoder, source_ids, LENGTHS)
    for row, length in enumerate(LENGTHS.tolist()):
        alone, alone_hidden = ask(
            encoder, source_ids[row : row + 1, :length], LENGTHS[row : row + 1]
        )
        expect.close(
            encoder_outputs[row, :length],
            alone[0],
            hint=f"encoder_outputs of a sentence of {length} words change "
            f"with the padding after it. {UNPACKED}",
        )
        expect.never(
            not expect.agree(hidden[row], alone_hidden[0]) and mixes_sentences(encoder, rng),
            Diagnosis(
                "hidden_mixes_sentences",
                "hidden mixes the sentences of a batch, also where nothing is padded: hidden of a"
                " bidirectional GRU is (2, B, hidden_size), and a view or reshape to (B, ...) mixes"
                " rows; cat([hidden[0], hidden[1]], dim=-1) does not",
            ),
        )
        expect.close(
            hidden[row],
            alone_hidden[0],
            hint=f"hidden of a sentence of {length} words changes with the padding "
            "after it: is it taken from the last column, which may be padding?",
        )


def mixes_sentences(encoder, rng):
    """Whether hidden of a sentence depends on its neighbours, all of one length."""
    lengths = torch.full((B,), T_SRC)
    source_ids = draw(rng, lengths)
    together, alone = (ask(encoder, source_ids[:n], lengths[:n])[1] for n in (B, 1))
    return not expect.agree(together[0], alone[0])


@graded("encoder", weight=1)
def test_width_is_kept(student, rng):
    """encoder_outputs is as wide as source_ids, also where every sentence is shorter."""
    lengths = torch.tensor([2, 4, 3])
    encoder, source_ids = make(student), draw(rng, lengths, width=6)
    result = encoder(source_ids, lengths)
    encoder_outputs, _ = expect.returns(result, "encoder_outputs", "hidden")
    expect.true(
        expect.tensor(encoder_outputs).shape[1:2] != (4,),
        "encoder_outputs is as wide as the longest sentence, source_ids is wider: "
        "give pad_packed_sequence total_length=source_ids.shape[1].",
    )
    encoder_outputs, hidden = checked(result, source_ids, lengths)
    narrow, narrow_hidden = ask(encoder, source_ids[:, :4], lengths)
    for row, length in enumerate(lengths.tolist()):
        expect.close(
            encoder_outputs[row, :length],
            narrow[row, :length],
            hint=f"More padding changes encoder_outputs. {UNPACKED}",
        )
    expect.close(hidden, narrow_hidden, hint=f"More padding changes hidden. {UNPACKED}")


@graded("encoder", weight=2)
def test_reads_in_both_directions(student, rng):
    """Each word's vector knows what comes before the word and what comes after it."""
    encoder, lengths = make(student), torch.tensor([6, 6])
    source_ids = draw(rng, lengths, width=6)
    before, _ = ask(encoder, source_ids, lengths)
    for changed, looked_at, side in ((5, 0, "after"), (0, 5, "before")):
        other = source_ids.clone()
        other[:, changed] = other[:, changed] % (VOCAB_SIZE - 1) + 1
        after, _ = ask(encoder, other, lengths)
        expect.true(
            bool((after[:, looked_at] - before[:, looked_at]).abs().max() > 1e-6),
            f"A word's vector does not change with a word {side} it: is the GRU"
            " bidirectional=True?",
        )


@graded("encoder", weight=2)
def test_hidden_sums_up_the_sentence(student, rng):
    """hidden depends on every word of its sentence, and on no other sentence."""
    encoder, source_ids = make(student), draw(rng)
    _, before = ask(encoder, source_ids, LENGTHS)
    for row, length in enumerate(LENGTHS.tolist()):
        for position in {0, length // 2, length - 1}:
            other = source_ids.clone()
            other[row, position] = other[row, position] % (VOCAB_SIZE - 1) + 1
            _, after = ask(encoder, other, LENGTHS)
            moved = (after - before).abs().amax(dim=1) > 1e-6
            expect.true(
                not moved[torch.arange(B) != row].any(),
                "Changing one sentence changes another one's hidden: are rows of the batch mixed?"
                " hidden of a bidirectional GRU is (2, B, hidden_size): a view or reshape to (B,"
                " ...) mixes sentences, cat([hidden[0], hidden[1]], dim=-1) does not.",
            )
            expect.true(
                bool(moved[row]),
                f"hidden does not change with word {position + 1} of a sentence of {length} words.",
            )


@graded("encoder", weight=1)
def test_nothing_is_kept_between_calls(student, rng):
    """The same sentences get the same answer again, whatever came between, and the inputs stay as
    they were."""
    encoder, source_ids = make(student), draw(rng)
    result, after = encoder.with_inputs(source_ids, LENGTHS)
    first = checked(result, source_ids, LENGTHS)
    unchanged((source_ids, LENGTHS), after, ("source_ids", "lengths"))
    ask(encoder, draw(rng), LENGTHS)
    for one, again in zip(first, ask(encoder, source_ids, LENGTHS, seed=1), strict=False):
        expect.close(
            again,
            one,
            hint=(
                "The second call with the same sentences gives another answer: is a state kept on"
                " self, or is dropout on in eval mode?"
            ),
        )


@graded("encoder", weight=1)
def test_order_of_sentences(student, rng):
    """Sentences may come in any order of length."""
    encoder, source_ids = make(student), draw(rng)
    first, first_hidden = ask(encoder, source_ids, LENGTHS)
    order = torch.tensor([2, 0, 3, 1])
    second, second_hidden = ask(encoder, source_ids[order], LENGTHS[order])
    hint = "The rows come back in another order: after sorting by length they must be put back."
    real = reference.padding_mask(LENGTHS[order], T_SRC)
    expect.close(second[real], first[order][real], hint=hint)
    expect.close(second_hidden, first_hidden[order], hint=hint)


@graded("encoder", weight=1)
def test_learns(student, rng):
    """The gradient reaches every parameter, but not the vector of the padding word; any id may be
    the padding."""
    pad_id = 4
    encoder, source_ids = make(student, pad_id), draw(rng, pad_id=pad_id)
    ask(encoder, source_ids, LENGTHS)
    table = VOCAB_SIZE, EMBEDDING_SIZE
    for of in (0, 1):
        for gradient in encoder.gradients(source_ids, LENGTHS, of=of, wrt="parameters").values():
            expect.true(
                not isinstance(gradient, torch.Tensor)
                or tuple(gradient.shape) != table
                or not gradient[pad_id].ne(0).any(),
                "The vector of the padding word gets a gradient: give nn.Embedding"
                " padding_idx=pad_id and let the GRU stop at each sentence's length.",
            )
    reaches_parameters(encoder, (source_ids, LENGTHS), rng, of=(0, 1), still=(table, pad_id))
