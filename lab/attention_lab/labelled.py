"""Texts with a label as padded tensors, in batches of similar length.

Every classifier of them is called in one way: classifier(token_ids (B, T), lengths (B,)) gives
logits (B, n_classes) and
attention_weights (B, T), and softmax(logits) are the probabilities of the classes.

A checkpoint of ex3_classification (`ex3_classification.safetensors`, written by `training.keep`)
holds the state_dict of such a classifier, under the names that its class gives: AttentionClassifier
is written by the student, so the class comes from their notebook. Its metadata are text:
"vocabulary", the tokens in the order of their numbers with a space between, so that
Vocabulary(text.split(" ")) is the vocabulary again; "history", the training curve as JSON. Class 0
is "negative", class 1 "positive"; embedding and hidden state have size 64.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from attention_lab.batches import SimilarLengths, pad_rows
from attention_lab.text import Vocabulary, tokenize


class LabelledBatch(NamedTuple):
    """token_ids (B, T), short rows filled up with pad_id   lengths (B,) true lengths
    labels (B,) numbers of the classes."""

    token_ids: Tensor
    lengths: Tensor
    labels: Tensor


class LabelledBatches(SimilarLengths[tuple[list[int], int]]):
    """Every text once an epoch, in random `LabelledBatch`es of texts of about the same length."""

    def __init__(
        self,
        texts: Sequence[str],
        labels: Sequence[int],
        vocabulary: Vocabulary,
        batch_size: int,
        seed: int = 0,
    ):
        """`labels[i]` is the number of the class of `texts[i]`. ValueError unless there are as many
        of both."""
        self.texts_and_labels = list(zip(texts, labels, strict=True))
        self.vocabulary, self.pad_id = vocabulary, vocabulary.pad_id
        super().__init__(batch_size, seed)

    def encode(self) -> list[tuple[list[int], int]]:
        return [
            (self.vocabulary.encode(tokenize(text)) or [self.vocabulary.unk_id], label)
            for text, label in self.texts_and_labels
        ]

    def length(self, row: tuple[list[int], int]) -> int:
        return len(row[0])

    def collate(self, rows: Sequence[tuple[list[int], int]]) -> LabelledBatch:
        token_ids, lengths = pad_rows([ids for ids, _ in rows], self.pad_id)
        return LabelledBatch(token_ids, lengths, torch.tensor([label for _, label in rows]))
