"""The trained classifiers that were handed in, asked by the grader itself, batch by batch.

`predict` and `class_probabilities` may answer anything, and so may an object that is called
`model`. The points of a trained model belong to the submitted weights: these are what the
notebook's model holds; it reads words through them alone, whatever their numbers are; with the
weights shuffled, what it has learned is gone; and the vectors of words in the file say which words
praise."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor

from attention_lab.batches import encode_sources
from attention_lab.text import SPECIALS, Vocabulary, tokenize
from kireji.testing import Handle, StudentError, expect, readout, weights

from . import measures, shared_data

FILES = {
    "model": "ex3_classification.safetensors",
    "long_model": "ex3_classification_long.safetensors",
    "long_baseline": "ex3_classification_long_baseline.safetensors",
}
AT_ONCE = 100  # texts in a call
SECONDS = 60.0  # for a call
CHANCE = 0.56  # an accuracy that says nothing about where it comes from
GONE = 0.6  # of what is above 0.5, at most this share is left with shuffled weights
KEPT = 0.6  # of what is above 0.5, at least this share is left with nudged weights
EQUAL = 2e-3  # between probabilities that should be the same
LARGE = 32  # numbers of a tensor that should matter
READ = 0.5  # of what is above 0.5, a readout of the table of words reaches at least this share
FEW = 24  # texts on which it is seen whether a tensor matters


class Answer(NamedTuple):
    """probabilities (n, n_classes)   attention_weights: one row (T,) for each text."""

    probabilities: Tensor
    attention_weights: list[Tensor]


class TrainedModel:
    """The notebook's classifier `name`, which must hold the weights of its file."""

    def __init__(self, student: Any, submitted: Mapping[str, bytes], name: str) -> None:
        self.name, self.model = name, student.variable(name)
        expect.true(
            isinstance(self.model, Handle),
            f"`{name}` should still be that of the notebook's own cells.",
        )
        self.checkpoint = weights.read(submitted, FILES[name])
        weights.held_by(self.model, self.checkpoint, f"`{name}`")
        self.vocabulary = vocabulary_of(self.checkpoint)
        self.size = len(self.vocabulary)
        self.tables = [
            key
            for key, tensor in self.checkpoint.tensors.items()
            if tensor.dim() > 1 and self.size in tensor.shape
        ]
        expect.true(
            bool(self.tables),
            f"{FILES[name]} holds no embedding: no tensor of it has a row for each of the"
            f" {self.size} words of the vocabulary.",
        )

    def ask(self, texts: Sequence[str], number: Tensor | None = None) -> Answer:
        """What the model answers; `number` says under which number each word is given to it."""
        self.model.eval()
        probabilities, looks = [], []
        # Texts of similar length together: less padding, less time.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), AT_ONCE):
            part = [texts[i] for i in order[start : start + AT_ONCE]]
            token_ids, lengths = encode_sources(part, self.vocabulary)
            token_ids = token_ids if number is None else number[token_ids]
            logits, attention_weights = expect.returns(
                self.model(token_ids, lengths, timeout=SECONDS), "logits", "attention_weights"
            )
            name = f"the logits of `{self.name}`"
            logits = expect.finite(expect.tensor(logits, (len(part), 2), name=name), name)
            expect.tensor(
                attention_weights,
                tuple(token_ids.shape),
                name=f"the attention_weights of `{self.name}`",
            )
            probabilities.append(logits.double().softmax(dim=-1))
            looks += [row[:length] for row, length in zip(attention_weights, lengths, strict=True)]
        back = torch.tensor(order).argsort()
        return Answer(torch.cat(probabilities)[back], [looks[i] for i in back.tolist()])

    def earns(self, texts: Sequence[str], labels: Sequence[str], rng: Generator) -> None:
        """Mistake unless what the model knows about these texts is in its weights."""
        own = self.ask(texts)
        with self.renamed(rng) as number:
            other = self.ask(texts, number)
        expect.true(
            torch.allclose(own.probabilities, other.probabilities, atol=EQUAL)
            and all(map(_same, own.attention_weights, other.attention_weights)),
            f"`{self.name}` does not read words through the weights of {FILES[self.name]} alone:"
            " with the rows of the embedding in another order, and the words numbered in that"
            " order, it gives other answers. Does it ask a table of words?",
        )
        value = measures.accuracy(measures.named(own.probabilities), labels)
        if value <= CHANCE:
            return
        left = self.read_out()
        expect.true(
            left - 0.5 >= READ * (value - 0.5),
            f"`{self.name}` knows more than its file: its accuracy on {len(texts)} held-out texts"
            f" is {value:.2f}, and from the vectors of words in {FILES[self.name]} praise and blame"
            f" are told apart with an accuracy of {left:.2f} only. Training moves these vectors."
            " Were they trained, or do the answers come from a table?",
        )
        with weights.shuffled(self.model, self.checkpoint, rng):
            left = self._again(texts, labels)
        expect.true(
            left - 0.5 < GONE * (value - 0.5),
            f"`{self.name}` does not need what it has learned: with its weights shuffled, its"
            f" accuracy on {len(texts)} held-out texts is {left:.2f} and was {value:.2f}. Do its"
            " answers come from its weights?",
        )
        with weights.nudged(self.model, self.checkpoint, rng):
            left = self._again(texts, labels)
        expect.true(
            left - 0.5 > KEPT * (value - 0.5),
            f"`{self.name}` needs these very weights: where each is changed by a hundredth, its"
            f" accuracy falls from {value:.2f} to {left:.2f}. A trained model hardly notices.",
        )
        self._all_matter(texts[:FEW], own.probabilities[:FEW], rng)
        weights.held_by(self.model, self.checkpoint, f"`{self.name}`")

    @contextmanager
    def renamed(self, rng: Generator) -> Iterator[Tensor]:
        """For the length of the block, every word has another number: number (V,).

        Its row in each table of words lies at that number, so that nothing else changes."""
        number = torch.arange(self.size)
        words = torch.arange(len(SPECIALS), self.size)
        number[words] = words[torch.randperm(len(words), generator=rng)]
        tensors = dict(self.checkpoint.tensors)
        for key in self.tables:
            axis = tensors[key].shape.index(self.size)
            tensors[key] = tensors[key].index_select(axis, number.argsort()).contiguous()
        self.model.load(tensors)
        try:
            yield number
        finally:
            self.model.load(self.checkpoint.tensors)

    def read_out(self) -> float:
        """The accuracy of a linear readout of the file's vectors of words on all held-out reviews,
        worked out without the model's class."""
        (inputs, outputs), whole = shared_data.fitting(), shared_data.held_out()
        found = [0.5]
        for key in self.tables:
            rows = readout.rows_of(self.checkpoint.tensors[key], self.size)
            read = readout.fitted(self._means(rows, inputs), outputs)
            found.append(
                measures.accuracy(
                    measures.named(read(self._means(rows, whole.texts))), list(whole.labels)
                )
            )
        return max(found)

    def _means(self, rows: Tensor, texts: Sequence[str]) -> Tensor:
        """(n, columns): the mean vector of each text's words."""
        numbers = [
            self.vocabulary.encode(tokenize(text)) or [self.vocabulary.unk_id] for text in texts
        ]
        return torch.stack([rows[row].mean(dim=0) for row in numbers])

    def _again(self, texts: Sequence[str], labels: Sequence[str]) -> float:
        """The accuracy now; 0.5, that of a guess, where it gives no answers."""
        try:
            return measures.accuracy(measures.named(self.ask(texts).probabilities), labels)
        except (StudentError, expect.Mistake):
            return 0.5

    def _all_matter(self, texts: Sequence[str], own: Tensor, rng: Generator) -> None:
        """Mistake where most of the file's numbers besides the table of words change nothing."""
        sizes = {
            key: tensor.numel()
            for key, tensor in self.checkpoint.tensors.items()
            if key not in self.tables and tensor.numel() >= LARGE
        }
        used = 0
        for key, size in sizes.items():
            tensor = self.checkpoint.tensors[key]
            order = torch.randperm(size, generator=rng)
            self.model.load(
                {**self.checkpoint.tensors, key: tensor.flatten()[order].view(tensor.shape)}
            )
            used += size * (not torch.equal(self.ask(texts).probabilities, own))
        self.model.load(self.checkpoint.tensors)
        expect.true(
            2 * used >= sum(sizes.values()),
            f"`{self.name}` does not use most of the weights of {FILES[self.name]}: with"
            f" {sum(sizes.values()) - used} of {sum(sizes.values())} numbers in another order, its"
            " answers stay the same.",
        )


def vocabulary_of(checkpoint: weights.Checkpoint) -> Vocabulary:
    """The vocabulary that was saved with the weights."""
    try:
        return Vocabulary(checkpoint.text["vocabulary"].split(" "))
    except (KeyError, ValueError):
        raise expect.Mistake(
            f"{checkpoint.name} was saved without its vocabulary: it is not a file that the"
            " notebook's training cells write."
        ) from None


def _same(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one.double(), other.double(), atol=EQUAL)
