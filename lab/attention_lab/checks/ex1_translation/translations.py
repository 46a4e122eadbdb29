"""Checks of the search for a translation, and of what the trained model says."""

import torch
from torch import Tensor

from attention_lab.checks.look import Look, Student, display
from attention_lab.data import load_pairs
from attention_lab.metrics import bleu, group_references
from attention_lab.models import TranslationModel
from attention_lab.plots import alignment_ribbons
from attention_lab.stand_ins import ScriptedDecoder, ScriptedEncoder
from attention_lab.text import tokenize

PAD, BOS, EOS = 0, 1, 2


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
