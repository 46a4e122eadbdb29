"""Texts with a label as padded tensors, in batches of similar length."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from attention_lab.batches import SimilarLengths, pad_rows
from attention_lab.text import Vocabulary, tokenize


class LabelledBatch(NamedTuple):
    """token_ids (B, T), short rows filled up with pad_id   lengths (B,) true lengths   labels (B,) numbers of the classes."""

    token_ids: Tensor
    lengths: Tensor
    labels: Tensor


class LabelledBatches(SimilarLengths[tuple[list[int], int]]):
    """Every text once an epoch, in random `LabelledBatch`es whose texts have about the same length."""

    def __init__(self, texts: Sequence[str], labels: Sequence[int], vocabulary: Vocabulary, batch_size: int, seed: int = 0):
        """`labels[i]` is the number of the class of `texts[i]`."""
        self.pad_id = vocabulary.pad_id
        rows = [(vocabulary.encode(tokenize(text)) or [vocabulary.unk_id], label)
                for text, label in zip(texts, labels, strict=True)]
        super().__init__(rows, batch_size, seed)

    def length(self, row: tuple[list[int], int]) -> int:
        return len(row[0])

    def collate(self, rows: Sequence[tuple[list[int], int]]) -> LabelledBatch:
        token_ids, lengths = pad_rows([ids for ids, _ in rows], self.pad_id)
        return LabelledBatch(token_ids, lengths, torch.tensor([label for _, label in rows]))
