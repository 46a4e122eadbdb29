"""Texts with labels as padded tensors."""

import pytest
import torch

from attention_lab.labelled import LabelledBatches
from attention_lab.text import Vocabulary, tokenize

TEXTS = [" ".join(["word"] * (1 + i % 5)) + f" w{i}" for i in range(23)]
VOCABULARY = Vocabulary.build(tokenize(text) for text in TEXTS)


def test_an_epoch_has_every_text_once_with_its_label():
    batches = LabelledBatches(TEXTS, list(range(23)), VOCABULARY, batch_size=4)
    epoch = list(batches)
    assert len(epoch) == len(batches) == 6
    found = {}
    for batch in epoch:
        for ids, length, label in zip(batch.token_ids, batch.lengths, batch.labels, strict=True):
            assert (ids[:length] != VOCABULARY.pad_id).all() and (
                ids[length:] == VOCABULARY.pad_id
            ).all()
            found[int(label)] = VOCABULARY.decode(ids[:length])
    assert found == {i: tokenize(text) for i, text in enumerate(TEXTS)}


def test_the_order_changes_from_epoch_to_epoch_and_comes_from_the_seed():
    batches = LabelledBatches(TEXTS, [0] * 23, VOCABULARY, batch_size=4, seed=3)
    first, second = ([batch.token_ids.tolist() for batch in batches] for _ in range(2))
    assert first != second
    again = LabelledBatches(TEXTS, [0] * 23, VOCABULARY, batch_size=4, seed=3)
    assert first == [batch.token_ids.tolist() for batch in again]


def test_a_text_without_a_word_is_one_unknown_word():
    (batch,) = LabelledBatches(["", "word"], [1, 0], VOCABULARY, batch_size=2)
    assert sorted(batch.lengths.tolist()) == [1, 1]
    assert VOCABULARY.unk_id in batch.token_ids


def test_texts_and_labels_must_fit():
    with pytest.raises(ValueError):
        LabelledBatches(TEXTS, [0], VOCABULARY, batch_size=4)
    assert torch.is_tensor(next(iter(LabelledBatches(TEXTS, [0] * 23, VOCABULARY, 4))).labels)
