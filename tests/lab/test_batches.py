"""Sentence pairs as padded tensors."""

import torch

from attention_lab.batches import TranslationBatches, encode_sources, encode_targets
from attention_lab.text import Vocabulary, tokenize

PAIRS = [(" ".join(["mot"] * (1 + i % 5)), f"word{i}") for i in range(23)]
SOURCE = Vocabulary.build(tokenize(source) for source, _ in PAIRS)
TARGET = Vocabulary.build(tokenize(target) for _, target in PAIRS)


def test_encode_sources_pads_and_keeps_order():
    ids, lengths = encode_sources(["mot mot", "mot", ""], SOURCE)
    assert ids.tolist() == [[4, 4], [4, SOURCE.pad_id], [SOURCE.unk_id, SOURCE.pad_id]]
    assert lengths.tolist() == [2, 1, 1], (
        "an empty sentence has one unknown word: a GRU cannot read nothing"
    )


def test_encode_targets_stand_between_bos_and_eos():
    assert encode_targets(["word0", ""], TARGET).tolist() == [
        [1, TARGET.encode(["word0"])[0], 2],
        [1, 2, 0],
    ]


def test_an_epoch_has_every_pair_once():
    batches = TranslationBatches(PAIRS, SOURCE, TARGET, batch_size=4)
    epoch = list(batches)
    assert len(epoch) == len(batches) == 6
    words = [row[1].item() for batch in epoch for row in batch.target_ids]
    assert sorted(words) == sorted(TARGET.encode([target for _, target in PAIRS]))


def test_lengths_in_a_batch_are_alike():
    for batch in TranslationBatches(PAIRS, SOURCE, TARGET, batch_size=4):
        assert batch.lengths.max() - batch.lengths.min() <= 1
        assert (batch.source_ids != SOURCE.pad_id).sum(dim=1).tolist() == batch.lengths.tolist()


def test_epochs_differ_and_the_seed_decides():
    def two_epochs(seed):
        batches = TranslationBatches(PAIRS, SOURCE, TARGET, batch_size=4, seed=seed)
        return [torch.cat([batch.target_ids for batch in batches]) for _ in range(2)]

    first, second = two_epochs(seed=0)
    assert not torch.equal(first, second)
    assert torch.equal(second, two_epochs(seed=0)[1]) and not torch.equal(
        first, two_epochs(seed=1)[0]
    )
