"""align(sentence): whether the model looks at the word it is translating.

Judged on held-out sentences with a name, a number or another word that is the same in French and
English, so that the right source word is beyond doubt."""

from typing import NamedTuple

import pytest
import torch

from attention_lab.text import tokenize
from kireji.feedback import pictures
from kireji.testing import Handle, StudentError, expect, graded

from . import shared_data, targets
from .scripted_decoders import BOS, EOS

MOST = 40  # sentences asked
MOST_OF_A_WORD = 8  # one frequent name must not decide alone
SURE = 0.7  # how often a shared word is its own translation in the training pairs
PICTURES = 2
LOOKED_UP = 6  # maps compared with the model's own
FREQUENT = 200  # words of either language that are drawn from, in the order of the vocabularies


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
def answers(student, held_out, reference, memory, rng):
    """align's answers on sentences with a shared word. Asked once; if it failed, each test that needs it fails alike."""
    if "answers" not in memory:
        try:
            model = Trained(student, rng)  # looked at before align can do anything to it
            memory["answers"] = [
                Answer(word, *aligned(student, sentence))
                for sentence, word in chosen(held_out, reference, rng)
            ]
            expect.true(
                model.is_as_it_was(), "align changes your trained `model`: it should only ask it."
            )
            for answer in memory["answers"][:LOOKED_UP]:
                expect.true(
                    is_the_models_own(student, model, answer),
                    "The map is not what the decoder of your trained `model` returned when it said "
                    "these words: return the weights that your search collected, each in the row of its word.",
                )
        except (expect.Mistake, StudentError) as error:
            memory["answers"] = error
    if isinstance(memory["answers"], Exception):
        raise memory["answers"]
    return memory["answers"]


def chosen(held_out, reference, rng):
    """(sentence, word): the word stands once in the sentence and once in its translation, and surely translates itself."""
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
        f"attention_weights has shape {tuple(weights.shape)}, but there are {len(target_tokens)} target_tokens (rows) and "
        f"{len(source_tokens)} source_tokens (columns).",
    )
    return list(source_tokens), list(target_tokens), weights


class Trained:
    """The student's trained model as it is when this is made: its weights, and what it answers to words drawn here."""

    def __init__(self, student, rng):
        self.model = student.variable("model")
        expect.true(
            isinstance(self.model, Handle),
            "`model` should still be that of the notebook's own cells.",
        )
        self.words = [torch.randint(EOS + 1, FREQUENT, (3, 6), generator=rng) for _ in range(2)]
        self.weights, self.answer = self.model.parameters(), self.ask(*self.words)

    def ask(self, source_ids, target_ids):
        """The attention of every target word, made to be said after <bos>."""
        self.model.eval()
        begun = torch.cat([torch.full((len(target_ids), 1), BOS), target_ids], dim=1)
        result = self.model(source_ids, torch.full((len(source_ids),), source_ids.shape[1]), begun)
        _, weights = expect.returns(result, "logits", "attention_weights")
        return expect.tensor(weights, name="the attention weights of `model`")

    def is_as_it_was(self):
        now, answer = self.model.parameters(), self.ask(*self.words)
        return (
            now.keys() == self.weights.keys()
            and all(torch.equal(now[name], weight) for name, weight in self.weights.items())
            and answer.shape == self.answer.shape
            and torch.allclose(answer.double(), self.answer.double(), atol=1e-4)
        )


def is_the_models_own(student, model, answer):
    """Whether the model, made to say the same words, looks where the map says. A map made up from the words does not show that."""
    source_ids, target_ids = (
        student.variable(name).method("encode", [token.lower() for token in tokens])
        for name, tokens in (
            ("source_vocabulary", answer.source_tokens),
            ("target_vocabulary", answer.target_tokens),
        )
    )
    expect.true(
        isinstance(source_ids, list) and isinstance(target_ids, list),
        "The two vocabularies should still be those of the notebook's own cells.",
    )
    weights = model.ask(torch.tensor([source_ids]), torch.tensor([target_ids]))
    return weights.shape[1:] == answer.attention_weights.shape and torch.allclose(
        weights[0].double(), answer.attention_weights.double(), atol=0.01
    )


@graded("alignment", weight=1)
def test_map_fits_its_words(answers):
    """The map has a row for each English word and a column for each French one, and rows sum to 1."""
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
    """When the model writes a name, a number or a word that is the same in French, it looks at that word."""
    for answer in answers[:PICTURES]:
        if answer.source_tokens and answer.target_tokens:
            attach(
                pictures.attention_comparison(
                    answer.attention_weights,
                    reference.map(answer.source_tokens, answer.target_tokens),
                    answer.source_tokens,
                    answer.target_tokens,
                ),
                f"A held-out sentence with '{answer.word}': your map, that of IBM model 1 (counting only), and the difference",
            )
    masses = [mass for mass in map(mass_on_the_word, answers) if mass is not None]
    expect.true(
        3 * len(masses) >= len(answers),
        f"Only {len(masses)} of {len(answers)} names and shared words were written at all: too few "
        "to see where the model looks. A better translation comes first.",
    )
    value, curve = sum(masses) / len(masses), targets.ALIGNMENT
    attach(
        pictures.metric(value, curve.baseline, curve.target, "weight on the right word"),
        f"Mean over {len(masses)} words",
    )
    expect.metric(value, curve.baseline, curve.target, "Mean weight on the right word")


def mass_on_the_word(answer):
    """The weight on the source word in the row where it was written; None where it was not written once."""
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
