"""align(sentence): whether the model looks at the word it is translating.

Judged on held-out sentences with a name, a number or another word that is the same in French and
English, so that the right source word is beyond doubt."""

from typing import NamedTuple

import pytest
import torch

from attention_lab.text import tokenize
from kireji.feedback import pictures
from kireji.testing import expect, graded, weights

from . import shared_data, targets
from .conftest import once

MOST = 40  # sentences asked
MOST_OF_A_WORD = 8  # one frequent name must not decide alone
SURE = 0.7  # how often a shared word is its own translation in the training pairs
PICTURES = 2


class Answer(NamedTuple):
    """What align said to one sentence."""

    word: str
    source_tokens: list[str]
    target_tokens: list[str]
    attention_weights: torch.Tensor


@pytest.fixture(scope="session")
def reference():
    """IBM model 1 on the training pairs: an oracle that owes nothing to any network."""
    return shared_data.reference()


@pytest.fixture
def answers(student, held_out, trained, reference, memory, rng):
    """align's answers on sentences with a shared word, where they are the trained model's."""

    def ask():
        some = chosen(held_out, reference, rng)
        given = [Answer(word, *aligned(student, sentence)) for sentence, word in some]
        try:
            trained.hold()
        except expect.Mistake as changed:
            raise expect.Mistake(
                "align changes your trained `model`: it should only ask it."
            ) from changed
        are_the_models_own(trained, given)
        if all(answer.target_tokens for answer in given):
            sentences = [sentence for sentence, _ in some]
            trained.says("align", sentences, [answer.target_tokens for answer in given])
        comes_from_the_weights(trained, given, rng)
        return given

    return once(memory, "answers", ask)


def chosen(held_out, reference, rng):
    """(sentence, word): the word stands once in the sentence and once in its translation, and
    surely translates itself."""
    found, counts = [], {}
    for i in torch.randperm(len(held_out.sources), generator=rng).tolist():
        source, target = tokenize(held_out.sources[i]), tokenize(held_out.references[i][0])
        for word in source:
            if (
                source.count(word) == target.count(word) == 1
                and word[-1].isalnum()
                and reference.probability(word, word) >= SURE
            ):
                counts[word] = counts.get(word, 0) + 1
                if counts[word] <= MOST_OF_A_WORD:
                    found.append((held_out.sources[i], word))
                break
    return found[:MOST]


def aligned(student, sentence):
    """(source_tokens, target_tokens, attention_weights) where their kinds and sizes fit."""
    source_tokens, target_tokens, weights = expect.returns(
        student.align(sentence), "source_tokens", "target_tokens", "attention_weights"
    )
    for name, tokens in (("source_tokens", source_tokens), ("target_tokens", target_tokens)):
        expect.true(
            isinstance(tokens, (list, tuple)) and all(isinstance(token, str) for token in tokens),
            f"{name} should be a list of texts, but {expect.kind(tokens)} came.",
        )
    expect.tensor(weights, name="attention_weights")
    expect.true(
        tuple(weights.shape) == (len(target_tokens), len(source_tokens)),
        f"attention_weights has shape {tuple(weights.shape)}, but there are {len(target_tokens)}"
        f" target_tokens (rows) and {len(source_tokens)} source_tokens (columns).",
    )
    return list(source_tokens), list(target_tokens), weights


def are_the_models_own(trained, answers):
    """Mistake unless the model, made to say the same words, looks where the maps say. A map made up
    from the words does not show that."""
    for answer in answers:
        own = own_map(trained, answer)
        expect.true(
            own.shape == answer.attention_weights.shape
            and torch.allclose(own.double(), answer.attention_weights.double(), atol=0.01),
            "The map is not what the decoder of your trained `model` returned when it said these"
            " words: return the weights that your search collected, each in the row of its word.",
        )


def own_map(trained, answer):
    """(T_tgt, T_src) where the model looks when it is made to say the words of an answer."""
    source_ids = trained.source.encode(token.lower() for token in answer.source_tokens)
    target_ids = trained.target.encode(token.lower() for token in answer.target_tokens)
    _, weights = trained.forced(
        torch.tensor([source_ids]), torch.tensor([len(source_ids)]), [target_ids]
    )
    weights = expect.tensor(weights, name="the attention weights of `model`")
    return weights[0, : len(target_ids)]


def comes_from_the_weights(trained, answers, rng):
    """Mistake where the maps are as sharp with shuffled weights: then nothing of them was
    learned."""
    masses = [mass for mass in map(mass_on_the_word, answers) if mass is not None]
    if not masses or mean(masses) < targets.ALIGNMENT.target:
        return
    trained.knows_words()
    with weights.shuffled(trained.model, trained.checkpoint, rng):
        left = [
            mass_on_the_word(answer._replace(attention_weights=own_map(trained, answer)))
            for answer in answers
        ]
    left = mean([mass for mass in left if mass is not None])
    expect.true(
        left < 0.75 * mean(masses),
        f"The model looks at the right word with shuffled weights as well (weight {left:.2f}): that"
        " was not learned.",
    )


def mean(numbers):
    return sum(numbers) / len(numbers)


@graded("alignment", weight=1)
def test_map_fits_its_words(answers):
    """The map has a row for each English word and a column for each French one, and rows sum to
    1."""
    for answer in answers:
        expect.true(
            bool(answer.target_tokens), "align said nothing to a sentence: target_tokens is empty."
        )
        expect.rows_sum_to_one(
            answer.attention_weights,
            hint="One row per word that was said; leave out padding and other sentences.",
        )
        expect.true(
            sum(token.lower() == answer.word for token in answer.source_tokens) == 1,
            "source_tokens should be the words of the sentence, as tokenize cuts it.",
        )


@graded("alignment", weight=3)
def test_shared_words_are_looked_at(answers, reference, attach):
    """When the model writes a name, a number or a word that is the same in French, it looks at that
    word."""
    for answer in answers[:PICTURES]:
        if answer.source_tokens and answer.target_tokens:
            attach(
                pictures.attention_comparison(
                    answer.attention_weights,
                    reference.map(answer.source_tokens, answer.target_tokens),
                    answer.source_tokens,
                    answer.target_tokens,
                ),
                f"A held-out sentence with '{answer.word}': your map, that of IBM model 1 (counting"
                " only), and the difference",
            )
    masses = [mass for mass in map(mass_on_the_word, answers) if mass is not None]
    expect.true(
        3 * len(masses) >= len(answers),
        f"Only {len(masses)} of {len(answers)} names and shared words were written at all: too few "
        "to see where the model looks. A better translation comes first.",
    )
    value, curve = mean(masses), targets.ALIGNMENT
    attach(
        pictures.metric(value, curve.baseline, curve.target, "weight on the right word"),
        f"Mean over {len(masses)} words",
    )
    expect.metric(value, curve.baseline, curve.target, "Mean weight on the right word")


def mass_on_the_word(answer):
    """The weight on the source word in the row where it was written; None where it was not written
    once."""
    source, target = (
        [token.lower() for token in tokens]
        for tokens in (answer.source_tokens, answer.target_tokens)
    )
    if target.count(answer.word) != 1 or source.count(answer.word) != 1:
        return None
    row = answer.attention_weights[target.index(answer.word)]
    expect.finite(row, "attention_weights")
    expect.true(
        bool((row >= 0).all()) and float(row.sum()) < 1.01,
        "A row of attention_weights is not made of shares: weights of 0 or more that sum to 1.",
    )
    return float(row[source.index(answer.word)])
