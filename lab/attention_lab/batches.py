"""Sentence pairs as padded tensors, in batches of similar length."""

import functools
from collections.abc import Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import torch
from torch import Tensor

from attention_lab.text import Vocabulary, tokenize

Row = TypeVar("Row")


class Batch(NamedTuple):
    """source_ids (B, T_src), lengths (B,) the true source lengths, target_ids (B, T_tgt).

    Rows of target_ids begin with bos_id and end with eos_id; short rows are filled up with
    pad_id."""

    source_ids: Tensor
    lengths: Tensor
    target_ids: Tensor


def pad_rows(rows: Sequence[Sequence[int]], pad_id: int) -> tuple[Tensor, Tensor]:
    """Lists of different lengths as one tensor: ids (B, T) filled up with pad_id, and lengths
    (B,)."""
    lengths = torch.tensor([len(row) for row in rows], dtype=torch.long)
    ids = torch.full((len(rows), int(lengths.max())), pad_id, dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row, dtype=torch.long)
    return ids, lengths


def encode_sources(sentences: Sequence[str], vocabulary: Vocabulary) -> tuple[Tensor, Tensor]:
    """Sentences -> source_ids (B, T_src) and lengths (B,). An empty sentence counts as one unknown
    word."""
    return pad_rows(
        [vocabulary.encode(tokenize(sentence)) or [vocabulary.unk_id] for sentence in sentences],
        vocabulary.pad_id,
    )


def encode_targets(sentences: Sequence[str], vocabulary: Vocabulary) -> Tensor:
    """Sentences -> target_ids (B, T_tgt), each between bos and eos."""
    rows = [
        [vocabulary.bos_id, *vocabulary.encode(tokenize(sentence)), vocabulary.eos_id]
        for sentence in sentences
    ]
    return pad_rows(rows, vocabulary.pad_id)[0]


class SimilarLengths(Generic[Row]):
    """Every row once an epoch, in random batches of rows of about the same length.

    Iterating gives a fresh shuffle each time; padding is little because a batch's lengths are
    alike. A subclass says what its rows are, what a row's length is (anything that can be ordered),
    and makes a batch of some rows."""

    def __init__(self, batch_size: int, seed: int = 0):
        self.batch_size = batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def encode(self) -> Sequence[Row]:
        raise NotImplementedError

    @functools.cached_property
    def rows(self) -> Sequence[Row]:
        """Encoded at their first use: where a checkpoint is loaded, they are never used."""
        return self.encode()

    def length(self, row: Row) -> Any:
        raise NotImplementedError

    def collate(self, rows: Sequence[Row]) -> Any:
        raise NotImplementedError

    def __len__(self) -> int:
        return -(-len(self.rows) // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        shuffled = torch.randperm(len(self.rows), generator=self.generator).tolist()
        # sorted() is stable: among rows of one length the shuffled order stays
        by_length = sorted(shuffled, key=lambda i: self.length(self.rows[i]))
        starts = torch.randperm(len(self), generator=self.generator) * self.batch_size
        for start in starts.tolist():
            yield self.collate([self.rows[i] for i in by_length[start : start + self.batch_size]])


class TranslationBatches(SimilarLengths[tuple[list[int], list[int]]]):
    """Every pair once an epoch, in random `Batch`es of sentences of about the same length."""

    def __init__(
        self,
        pairs: Sequence[tuple[str, str]],
        source_vocabulary: Vocabulary,
        target_vocabulary: Vocabulary,
        batch_size: int,
        seed: int = 0,
    ):
        """`pairs`: (source sentence, target sentence)."""
        self.pairs, self.source_vocabulary, self.target_vocabulary = (
            list(pairs),
            source_vocabulary,
            target_vocabulary,
        )
        self.pad_ids = source_vocabulary.pad_id, target_vocabulary.pad_id
        super().__init__(batch_size, seed)

    def encode(self) -> list[tuple[list[int], list[int]]]:
        source_vocabulary, target_vocabulary = self.source_vocabulary, self.target_vocabulary
        return [
            (
                source_vocabulary.encode(tokenize(source)),
                [
                    target_vocabulary.bos_id,
                    *target_vocabulary.encode(tokenize(target)),
                    target_vocabulary.eos_id,
                ],
            )
            for source, target in self.pairs
        ]

    def length(self, row: tuple[list[int], list[int]]) -> tuple[int, int]:
        return len(row[0]), len(row[1])

    def collate(self, rows: Sequence[tuple[list[int], list[int]]]) -> Batch:
        source_ids, lengths = pad_rows([source for source, _ in rows], self.pad_ids[0])
        target_ids, _ = pad_rows([target for _, target in rows], self.pad_ids[1])
        return Batch(source_ids, lengths, target_ids)
