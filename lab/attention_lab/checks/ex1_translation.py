"""Checks of ex1_translation: one function for each task, named like it."""

import math

import torch
from torch import Tensor, nn

from attention_lab.batches import Batch
from attention_lab.checks.look import Look, Student, display
from attention_lab.data import load_pairs
from attention_lab.metrics import bleu, group_references
from attention_lab.models import TranslationModel
from attention_lab.plots import alignment_ribbons, weight_bars
from attention_lab.stand_ins import BagDecoder, BagEncoder, ScriptedDecoder, ScriptedEncoder
from attention_lab.text import tokenize

PAD, BOS, EOS = 0, 1, 2


def padding_mask(student: Student, look: Look) -> None:
    mask = student.padding_mask(torch.tensor([2, 5, 1]), 5)
    look.shape(mask, (3, 5), "the mask")
    look.that(
        mask.dtype == torch.bool,
        "it is boolean",
        f"yours is {mask.dtype}: a comparison gives booleans.",
    )
    look.that(
        not mask[0, 4] and mask[0, 0],
        "True marks real tokens",
        "yours is the other way round: True means may attend.",
    )
    look.that(
        mask.sum(dim=1).tolist() == [2, 5, 1],
        "each row has as many True as its length",
        f"yours have {mask.sum(dim=1).tolist()} instead of [2, 5, 1]: is it < or <= ?",
    )
    look.shape(
        student.padding_mask(torch.tensor([1, 2]), 4),
        (2, 4),
        "a mask wider than the longest sentence",
    )


def additive_attention(student: Student, look: Look) -> None:
    attention = student.AdditiveAttention(5, 6, 7)
    shapes = {name: tuple(parameter.shape) for name, parameter in attention.named_parameters()}
    expected = {"W_query.weight": (7, 5), "W_key.weight": (7, 6), "v.weight": (1, 7)}
    look.that(
        shapes == expected,
        "W_query, W_key and v are linear layers without bias",
        f"found {shapes}, expected {expected}.",
    )

    # Worked on paper: everything has size 1, the weights are 1, 1 and 2, so score = 2 tanh(query +
    # key).
    tiny = student.AdditiveAttention(1, 1, 1)
    with torch.no_grad():
        for parameter, number in zip(
            (tiny.W_query.weight, tiny.W_key.weight, tiny.v.weight), (1.0, 1.0, 2.0), strict=False
        ):
            parameter.fill_(number)
    key = torch.tensor([0.0, 0.5, -1.0]).view(1, 3, 1)
    value = torch.tensor([[10.0, 0.0], [20.0, 1.0], [30.0, 0.0]]).unsqueeze(0)
    query = torch.tensor([0.25, -0.25]).view(1, 2, 1)
    context, weights = tiny(query, key, value)
    look.shape(weights, (1, 2, 3), "attention_weights")
    look.shape(context, (1, 2, 2), "context")
    on_paper = torch.tensor(
        [[math.exp(2 * math.tanh(q + k)) for k in (0.0, 0.5, -1.0)] for q in (0.25, -0.25)]
    )
    on_paper = (on_paper / on_paper.sum(dim=1, keepdim=True)).unsqueeze(0)
    if not torch.allclose(weights, on_paper, atol=1e-5):
        display(weight_bars(weights[0, 0].detach(), on_paper[0, 0], ["key 1", "key 2", "key 3"]))
    over_queries = torch.allclose(weights.sum(dim=1), torch.ones(1, 3), atol=1e-5)
    look.close(
        weights,
        on_paper,
        "the weights are those worked out on paper",
        "your columns sum to 1, not your rows: the softmax is over the queries, use dim=-1."
        if over_queries
        else "is it v(tanh(W_query(query) + W_key(key))), then a softmax over the last dimension?",
    )
    look.close(
        context,
        on_paper @ value,
        "the context is the weighted sum of the values",
        "is it weights @ value (not key)?",
    )

    query, key, value = torch.randn(2, 3, 5), torch.randn(2, 4, 6), torch.randn(2, 4, 8)
    mask = torch.tensor([[True, True, False, True], [True, False, False, False]]).unsqueeze(1)
    _, weights = attention(query, key, value, mask)
    look.that(
        bool((weights.masked_select(~mask) == 0).all()),
        "masked keys get exactly 0",
        "put -inf into the masked scores (where mask is False), before the softmax.",
    )
    look.close(
        weights.sum(dim=-1),
        torch.ones(2, 3),
        "rows still sum to 1",
        "the mask must act before the softmax, not after it.",
    )
    context, weights = attention(query, key, value, torch.zeros(2, 1, 4, dtype=torch.bool))
    look.that(
        bool((weights == 0).all() and (context == 0).all()),
        "a query that may attend to nothing gets 0",
        "softmax over a row of -inf is nan: set masked weights to 0 after the softmax.",
    )


def encoder(student: Student, look: Look) -> None:
    torch.manual_seed(3)
    encoder = student.Encoder(12, 5, 4, PAD).eval()
    source_ids = torch.tensor([[7, 4, 9, PAD, PAD], [5, 6, 8, 10, 3], [11, PAD, PAD, PAD, PAD]])
    lengths = torch.tensor([3, 5, 1])
    with torch.no_grad():
        outputs, hidden = encoder(source_ids, lengths)
        look.shape(outputs, (3, 5, 8), "encoder_outputs")
        look.shape(hidden, (3, 4), "hidden")
        alone, hidden_alone = encoder(source_ids[:1, :3], lengths[:1])
        look.close(
            outputs[:1, :3],
            alone,
            "a sentence gets the same vectors alone and in a batch",
            "the padding is being read: pack_padded_sequence(..., lengths, enforce_sorted=False).",
        )
        look.close(
            hidden[:1],
            hidden_alone,
            "hidden does not depend on padding either",
            "take the last states that the GRU returns with a packed input, not a column of the"
            " outputs.",
        )
        wider, _ = encoder(torch.cat([source_ids, torch.full((3, 2), PAD)], dim=1), lengths)
        look.shape(wider, (3, 7, 8), "with wider padding, encoder_outputs (total_length)")
        changed = source_ids.clone()
        changed[0, 2] = 6
        look.that(
            not torch.allclose(encoder(changed, lengths)[0][0, 0], outputs[0, 0]),
            "the first word's vector knows of the last word",
            "is the GRU bidirectional?",
        )
        again, _ = encoder(source_ids, lengths)
    look.close(
        again,
        outputs,
        "the same call gives the same answer",
        "is dropout an nn.Dropout, so that eval() turns it off?",
    )


def decoder(student: Student, look: Look) -> None:
    torch.manual_seed(4)
    decoder = student.AttentionDecoder(9, 5, 4, 6, PAD).eval()
    input_ids, hidden, encoder_outputs = (
        torch.tensor([BOS, 7]),
        torch.randn(2, 4),
        torch.randn(2, 3, 6),
    )
    mask = torch.tensor([[True, True, True], [True, True, False]])
    with torch.no_grad():
        logits, new_hidden, weights = decoder(input_ids, hidden, encoder_outputs, mask)
        look.shape(logits, (2, 9), "logits")
        look.shape(new_hidden, (2, 4), "hidden")
        look.shape(weights, (2, 3), "attention_weights")
        look.close(
            weights.sum(dim=-1),
            torch.ones(2),
            "the weights of a step sum to 1",
            "does the mask reach your attention as (B, 1, T_src)?",
        )
        look.that(
            weights[1, 2] == 0, "padding gets weight 0", "hand the mask on to your attention."
        )
        other_logits, _, _ = decoder(input_ids, hidden, encoder_outputs + 1.0, mask)
        look.that(
            not torch.allclose(other_logits, logits),
            "the context matters for what is said",
            "attention is computed and then not used: the GRU cell and the output layer should read"
            " the context.",
        )
        look.that(
            not torch.allclose(new_hidden, hidden),
            "hidden moves on",
            "return the state that the GRU cell gives.",
        )
        again = decoder(input_ids, hidden, encoder_outputs, mask)
    look.close(
        again[0],
        logits,
        "the same call gives the same answer",
        "keep nothing on self between calls; use nn.Dropout.",
    )


def sequence_loss(student: Student, look: Look) -> None:
    target_ids = torch.tensor([[5, 3, EOS, PAD], [4, EOS, PAD, PAD]])
    loss = student.sequence_loss(torch.zeros(2, 4, 6), target_ids, PAD)
    look.shape(loss, (), "the loss")
    look.that(
        abs(loss.item() - math.log(6)) < 1e-5,
        "equal logits over 6 words give log 6",
        f"yours is {loss.item():.4f}, not {math.log(6):.4f}: is it the mean over the 5 real tokens,"
        " not over all 8 or over the rows?",
    )
    logits = torch.randn(2, 4, 6)
    logits[0, 3] += torch.arange(6) * 10.0
    before = student.sequence_loss(logits, target_ids, PAD)
    logits[0, 3] = logits[0, 3].flip(0)
    look.close(
        student.sequence_loss(logits, target_ids, PAD),
        before,
        "what is predicted at padding does not count",
        "leave out positions where target_ids is pad_id (ignore_index).",
    )


def train_step(student: Student, look: Look) -> None:
    batch = Batch(
        torch.tensor([[4, 5, 6], [7, 5, PAD]]),
        torch.tensor([3, 2]),
        torch.tensor([[BOS, 4, 5, EOS], [BOS, 6, EOS, PAD]]),
    )

    def fresh(scale: float = 1.0) -> TranslationModel:
        torch.manual_seed(5)
        return TranslationModel(BagEncoder(8, 6), BagDecoder(8, 6, scale))

    model = fresh()
    with torch.no_grad():
        logits, _ = model(*batch)
        real = batch.target_ids[:, 1:] != PAD
        expected = nn.functional.cross_entropy(logits[real], batch.target_ids[:, 1:][real]).item()
    loss = student.train_step(model, batch, torch.optim.SGD(model.parameters(), lr=0.1), PAD)
    look.that(
        isinstance(loss, float),
        "it returns a float",
        f"yours is a {type(loss).__name__}: loss.item().",
    )
    look.that(
        abs(loss - expected) < 1e-4,
        "the loss is that of the next words",
        f"yours is {loss:.4f}, expected {expected:.4f}: position t predicts target_ids[:, t + 1].",
    )
    moved = _distance(model, fresh())
    look.that(moved > 0, "the weights change", "backward, then optimizer.step().")

    model = fresh(scale=50.0)
    student.train_step(model, batch, torch.optim.SGD(model.parameters(), lr=1.0), PAD)
    moved = _distance(model, fresh(scale=50.0))
    look.that(
        abs(moved - 1) < 1e-3,
        "a huge gradient is cut to length 1",
        f"the weights moved by {moved:.2f}: clip_grad_norm_ to 1.0 between backward and step.",
    )

    model = fresh()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    losses = [student.train_step(model, batch, optimizer, PAD) for _ in range(40)]
    look.that(
        losses[-1] < losses[0] / 3,
        f"40 steps on one batch learn it: {losses[0]:.2f} -> {losses[-1]:.2f}",
        "are the gradients of the step before zeroed?",
    )


def _distance(model: nn.Module, other: nn.Module) -> float:
    """How far the parameters of two models lie apart."""
    squares = [
        (one - two).square().sum()
        for one, two in zip(model.parameters(), other.parameters(), strict=False)
    ]
    return float(torch.stack(squares).sum().sqrt().detach())


def decoding(student: Student, look: Look) -> None:
    # Words 3, 4 and 5 follow one another along a written script; greedy falls into the trap at the
    # first word.
    model, source_ids, lengths = _garden_path()
    greedy, weights = student.greedy_decode(model, source_ids, lengths, BOS, EOS, 6)
    look.that(
        _until_eos(greedy[0]) == [3, 5, EOS],
        "greedy takes the likeliest word at each step",
        f"expected [3, 5, {EOS}], yours says {_until_eos(greedy[0])}.",
    )
    look.that(
        _until_eos(greedy[1]) == [5, EOS],
        "rows end at their own eos",
        f"expected [5, {EOS}], yours says {_until_eos(greedy[1])}.",
    )
    look.that(
        greedy.shape[1] <= 6,
        "no row is longer than max_length",
        f"yours has {greedy.shape[1]} words.",
    )
    look.shape(weights, (2, greedy.shape[1], 3), "attention_weights")
    look.that(
        weights[0, 0].argmax() == 0 and weights[0, 1].argmax() == 2,
        "weights[:, t] belong to word t",
        "remember the weights of the step that gave the word.",
    )
    look.that(
        student.greedy_decode(model, source_ids, lengths, BOS, EOS, 1)[0].shape[1] == 1,
        "max_length is kept",
        "the loop runs at most max_length times.",
    )
    one, _ = student.beam_decode(model, source_ids, lengths, BOS, EOS, 6, 1)
    look.that(
        _until_eos(one[0]) == [3, 5, EOS],
        "a beam of 1 is greedy",
        f"yours says {_until_eos(one[0])}.",
    )
    beam, weights = student.beam_decode(model, source_ids, lengths, BOS, EOS, 6, 2)
    look.that(
        _until_eos(beam[0]) == [4, EOS],
        "a beam of 2 finds the better sentence behind the less likely word",
        f"expected [4, {EOS}], yours says {_until_eos(beam[0])}: are the log-probabilities summed,"
        " and finished beams kept?",
    )
    look.that(
        _until_eos(beam[1]) == [5, EOS],
        "rows do not mix",
        f"expected [5, {EOS}] in row 1, yours says {_until_eos(beam[1])}.",
    )
    look.shape(weights, (2, beam.shape[1], 3), "attention_weights of the beam")
    look.that(
        weights[0, 0].argmax() == 0 and weights[0, 1].argmax() == 1,
        "its weights follow the chosen beam",
        "when beams change places, words, states and weights must change places together.",
    )


def _garden_path() -> tuple[TranslationModel, Tensor, Tensor]:
    """A made-up model with its two sentences. In the first, word 3 is likelier than word 4 (0.5 and
    0.4), but after 3 nothing is likely (5 has 0.4) while 4 ends the sentence for certain. The
    second sentence is 5 and the end."""
    n_states, vocab_size = 7, 6
    probabilities = torch.full((n_states, vocab_size), 1e-9)
    probabilities[1, 3:] = torch.tensor([0.5, 0.4, 0.1])
    probabilities[2, EOS:] = torch.tensor([0.2, 0.2, 0.2, 0.4])
    probabilities[3, EOS] = probabilities[4, EOS] = probabilities[6, 5] = 1.0
    next_state = torch.full((n_states, vocab_size), 4)
    next_state[0], next_state[5] = 1, 6
    next_state[1, 3], next_state[1, 4] = 2, 3
    place = torch.tensor([0, 0, 2, 1, 0, 0, 1])
    start = torch.tensor([0, 0, 0, 0, 5])
    model = TranslationModel(
        ScriptedEncoder(start, n_states), ScriptedDecoder(probabilities.log(), next_state, place)
    )
    return model, torch.tensor([[3, 4, 4], [4, 3, PAD]]), torch.tensor([3, 2])


def _until_eos(words: Tensor) -> list[int]:
    listed = words.tolist()
    return listed[: listed.index(EOS) + 1] if EOS in listed else listed


def translation(student: Student, look: Look) -> None:
    sources, references = group_references(load_pairs("ex1_translation", "validation")[:120])
    translations = student.translate(sources)
    look.that(
        isinstance(translations, list)
        and len(translations) == len(sources)
        and all(isinstance(sentence, str) for sentence in translations),
        "a list of sentences gives a list of sentences",
        "return one str for each sentence of the list.",
    )
    look.that(
        student.translate(sources[-1:]) == translations[-1:],
        "a sentence alone is translated as in the batch",
        "padding changes the answer: is the mask right, and model.eval() on?",
    )
    look.that(
        student.translate([]) == [],
        "no sentences give no translations",
        "return [] for [] before anything else.",
    )
    score = bleu(translations, references)
    look.that(
        score > 20,
        f"BLEU {score:.1f} on {len(sources)} validation sentences",
        "that is little for a trained model: did the training cell run to its end, and does"
        " translate use `model`?",
    )


def alignment(student: Student, look: Look) -> None:
    sentence = "Tom habite \u00e0 Boston."
    source_tokens, target_tokens, weights = student.align(sentence)
    look.that(
        list(source_tokens) == tokenize(sentence),
        "source_tokens are the tokens of the sentence",
        f"yours are {source_tokens}.",
    )
    look.shape(weights, (len(target_tokens), len(source_tokens)), "attention_weights")
    look.that(
        "<eos>" not in target_tokens,
        "<eos> is left out",
        "leave out <eos>, its weights, and what follows.",
    )
    look.close(
        weights.sum(dim=-1),
        torch.ones(len(target_tokens)),
        "each row sums to 1",
        "return the model's weights as they are.",
    )
    display(alignment_ribbons(source_tokens, target_tokens, weights.detach()))

    right = written = 0
    for pair in load_pairs("ex1_translation", "validation"):
        shared = _names(pair.source) & _names(pair.target)
        if not shared or written >= 20:
            continue
        source_tokens, target_tokens, weights = student.align(pair.source)
        for name in shared & set(target_tokens):
            written += 1
            right += source_tokens[int(weights[target_tokens.index(name)].argmax())] == name
    look.that(
        right >= 0.6 * written > 0,
        f"names and numbers: most weight on the same word {right} times of {written}",
        "was the training finished? And do the weights belong to the word written in the same step,"
        " or are they shifted by one?",
    )


def _names(sentence: str) -> set[str]:
    """Names and numbers: capitalised words inside the sentence, or digits, as tokens."""
    words = sentence.rstrip(" .!?").split()
    return {
        word.lower()
        for i, word in enumerate(words)
        if word.isdigit() or (word.isalpha() and word[0].isupper() and i > 0)
    }
