"""The small models that come with the course, models of one's own in their place, and what is said
when a file does not fit."""

import json
import re

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from attention_lab.checkpoints import CheckpointError, save_checkpoint
from attention_lab.models import LSTMClassifier
from attention_lab.moments import watch_a_translator
from attention_lab.small_models import (
    FOLDER,
    WORDS,
    SmallClassifier,
    SmallTranslator,
    main,
    small_world,
    train_small_classifier,
    train_small_translator,
)
from attention_lab.text import SPECIALS, UNK, tokenize
from attention_lab.trained import Classifier, load_classifier, load_translator
from tests.support.clone import COURSE


def test_the_small_translator_looks_where_it_should():
    source, target, weights = load_translator().align(
        "Ma mère a acheté une grande maison.", "My mother bought a big house."
    )
    assert weights.shape == (len(target), len(source)) == (7, 8)
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(7))
    assert [source[j] for j in weights.argmax(dim=1)] == [
        "ma",
        "mère",
        "acheté",
        "une",
        "grande",
        "maison",
        ".",
    ]


def test_it_writes_a_translation_of_its_own():
    translator = load_translator()
    source, target, weights = translator.align("Je suis fatigué.")
    assert translator.translate("Je suis fatigué.") == "i'm tired." and target == [
        "i'm",
        "tired",
        ".",
    ]
    assert weights.shape == (len(target), len(source))
    assert len(translator.align("xyz " * 30)[1]) <= 12


def test_the_small_classifier_judges():
    classifier = load_classifier()
    for text, label in (
        ("a warm and funny film", "positive"),
        ("this film is a waste of time", "negative"),
    ):
        probabilities, weights = classifier(tokenize(text))
        assert classifier.labels[probabilities.argmax()] == label
        assert len(weights) == len(tokenize(text)) and float(weights.sum()) == pytest.approx(
            1, abs=1e-5
        )
    with pytest.raises(TypeError, match="a list of tokens"):
        classifier("a text")


@pytest.mark.parametrize("name", ["translator", "classifier"])
def test_the_files_are_small_and_hold_words_but_no_sentence(name):
    path = FOLDER / f"{name}.safetensors"
    assert path.stat().st_size < 310_000
    with safe_open(path, "pt") as file:
        names = file.keys()  # the file itself cannot be iterated
        assert {file.get_tensor(name).dtype for name in names} == {torch.float16}
        metadata = file.metadata()
    for words in metadata.values():
        tokens = words.split(" ")
        assert tuple(tokens[:4]) == SPECIALS and len(set(tokens)) == len(tokens)
        # A token is one word; a vocabulary has each once, so that no order of a sentence is left.
        assert all(
            tokenize(token) == [token] or not re.search(r"\s", token) for token in tokens[4:]
        )
    assert len(metadata.get("source_vocabulary", "").split(" ")) in (1, 4 + WORDS)


class Bag(nn.Module):
    """A model of one's own: as simple as can be."""

    def __init__(self, vocab_size: int):
        super().__init__()
        self.votes = nn.Embedding(vocab_size, 2)

    def forward(self, token_ids, lengths):
        return self.votes(token_ids).sum(dim=1), torch.ones(token_ids.shape) / token_ids.shape[1]


def test_a_model_of_your_own(tmp_path):
    words = " ".join([*SPECIALS, "good", "bad"])
    save_checkpoint(Bag(6), tmp_path / "mine.safetensors", {"vocabulary": words})
    mine = load_classifier(tmp_path / "mine.safetensors", Bag)
    probabilities, weights = mine(["good", UNK])
    assert (
        isinstance(mine, Classifier)
        and probabilities.shape == (2,)
        and weights.tolist() == [0.5, 0.5]
    )
    baseline = LSTMClassifier(6, 3, 4, 2, 0)
    save_checkpoint(baseline, tmp_path / "lstm.safetensors", {"vocabulary": words})
    assert load_classifier(tmp_path / "lstm.safetensors", lambda n: LSTMClassifier(n, 3, 4, 2, 0))(
        ["bad"]
    )[1].tolist() == [1.0]


def test_files_that_do_not_fit(tmp_path):
    with pytest.raises(CheckpointError, match="There is no checkpoint ex1"):
        load_translator(tmp_path / "ex1.safetensors")
    save_file({"a": torch.ones(2)}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="without its source vocabulary"):
        load_translator(tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="belongs to another model"):
        load_classifier(build=Bag)


def test_training_them_is_one_command(monkeypatch, tmp_path):
    """`main` as it is, with steps and epochs cut down."""
    monkeypatch.setattr("attention_lab.small_models.FOLDER", tmp_path / "small")
    monkeypatch.setenv("ATTENTION_LAB_DATA", str(COURSE.lab_data))
    monkeypatch.setattr(
        "attention_lab.small_models.train_small_translator",
        lambda steps, seed: train_small_translator(3, seed),
    )
    monkeypatch.setattr(
        "attention_lab.small_models.train_small_classifier",
        lambda texts, labels, epochs, seed: train_small_classifier(
            texts[:200], labels[:200], 1, seed
        ),
    )
    main()
    assert {path.name for path in (tmp_path / "small").iterdir()} == {
        "translator.safetensors",
        "classifier.safetensors",
    }
    source, target, weights = load_translator(tmp_path / "small" / "translator.safetensors").align(
        "Je suis là.", "I am here."
    )
    assert weights.shape == (4, 4)
    pairs, *vocabularies = small_world()
    assert [len(vocabulary) for vocabulary in vocabularies] == [4 + WORDS] * 2
    assert all(
        token in vocabulary
        for pair in pairs
        for text, vocabulary in zip(pair, vocabularies, strict=True)
        for token in tokenize(text)
    )


def test_a_batch_is_as_good_as_its_sentences():
    """Padding changes nothing in either model."""
    torch.manual_seed(0)
    translator, classifier = SmallTranslator(9, 9).eval(), SmallClassifier(9, 2).eval()
    ids, lengths, target = (
        torch.tensor([[4, 5, 6, 7], [8, 4, 0, 0]]),
        torch.tensor([4, 2]),
        torch.tensor([[1, 5, 2], [1, 6, 2]]),
    )
    together, alone = (
        translator(ids, lengths, target),
        translator(ids[1:, :2], lengths[1:], target[1:]),
    )
    torch.testing.assert_close(together[0][1], alone[0][0])
    torch.testing.assert_close(together[1][1, :, :2], alone[1][0])
    torch.testing.assert_close(
        classifier(ids, lengths)[0][1], classifier(ids[1:, :2], lengths[1:])[0][0]
    )


def test_a_training_is_watched_and_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("ATTENTION_LAB_DATA", str(COURSE.lab_data))
    steps = []

    def watch(train_step, look, moments):
        kept = [(0, look())]
        steps.extend(train_step() for _ in range(moments[-1]))
        return [*kept, (moments[-1], look())]

    file = tmp_path / "run.safetensors"
    made, source, target = watch_a_translator(watch, "Je suis là.", "I am here.", [0, 4], file)
    assert (
        len(steps) == 4
        and [step for step, _ in made] == [0, 4]
        and made[0][1].shape == (len(target), len(source))
    )
    monkeypatch.setenv("ATTENTION_LAB_GRADING", "1")
    read, *_ = watch_a_translator(watch, "Je suis là.", "I am here.", [0, 4], file)
    assert len(steps) == 4, "while grading nothing is trained"
    for (step, map_), (step_read, map_read) in zip(made, read, strict=True):
        assert step == step_read and torch.equal(map_, map_read)
    with pytest.raises(CheckpointError, match="run the cell that trains"):
        watch_a_translator(watch, "Je suis là.", "I am here.", [0], tmp_path / "none.safetensors")
    save_file({"maps": torch.zeros(1, 2, 2)}, file, {"steps": json.dumps("no")[:2]})
    with pytest.raises(CheckpointError, match="not the file that the training cell writes"):
        watch_a_translator(watch, "Je suis là.", "I am here.", [0], file)
