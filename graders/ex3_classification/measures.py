"""What is measured on held-out reviews, as pure functions from texts and class probabilities to
numbers."""

import random
from collections.abc import Sequence

import torch
from torch import Tensor

from attention_lab.neutral import neutral_sentences
from attention_lab.text import tokenize

LABELS = ("negative", "positive")

# Other neutral sentences than the students', with some words that their vocabulary does not have.
PATTERNS = (
    "We watched it in {place} on {day}.",
    "{number} people were in {place}.",
    "The reel was sent from {town} by post.",
    "The ticket had the number {number}.",
    "The film was made in {year}.",
    "My seat was in row {number}.",
    "The screen in {place} is {number} feet wide.",
    "It was cut in {town}.",
    "The train to {town} left at {hour}.",
    "The usher wore a {colour} jacket.",
    "The titles are in {colour} letters.",
    "On {day} the doors close at {hour}.",
)
WORDS = {
    "day": ("Monday", "Tuesday", "Thursday", "Sunday"),
    "place": ("the cellar", "the main hall", "the town hall", "a tent"),
    "number": tuple(str(number) for number in range(11, 99, 4)),
    "hour": ("two", "four", "six", "eight"),
    "colour": ("red", "grey", "blue", "brown"),
    "town": ("Madrid", "Oslo", "Boston", "Athens", "Zagreb"),
    "year": tuple(str(year) for year in range(1963, 2002, 3)),
}


def bury(text: str, k: int, rng: torch.Generator) -> str:
    """The text at a random place among k neutral sentences."""
    draw = random.Random(int(torch.randint(2**31, (), generator=rng)))
    sentences = neutral_sentences(k, draw, PATTERNS, WORDS)
    sentences.insert(draw.randint(0, k), text)
    return " ".join(sentences)


def accuracy(predicted: Sequence[str], labels: Sequence[str]) -> float:
    """The share of right ones."""
    return sum(one == other for one, other in zip(predicted, labels, strict=True)) / len(labels)


def macro_f1(predicted: Sequence[str], labels: Sequence[str]) -> float:
    """The mean over the classes of 2PR / (P + R), from counts."""
    scores = []
    for label in LABELS:
        both = sum(one == other == label for one, other in zip(predicted, labels, strict=True))
        claimed, there = sum(one == label for one in predicted), sum(one == label for one in labels)
        scores.append(2 * both / (claimed + there) if claimed + there else 0.0)
    return sum(scores) / len(scores)


def named(probabilities: Tensor) -> list[str]:
    """(n, 2) -> the likelier class of each row."""
    return [LABELS[number] for number in probabilities.argmax(dim=-1).tolist()]


def deletable(text: str, shortest: int, longest: int) -> bool:
    """Whether a text can be taken apart and put together again token by token, and is of a fitting
    length."""
    tokens = tokenize(text)
    return shortest <= len(tokens) <= longest and tokenize(" ".join(tokens)) == tokens


def without(text: str, positions: set[int]) -> str:
    """The text without the tokens at `positions`."""
    return " ".join(token for t, token in enumerate(tokenize(text)) if t not in positions)


def only(text: str, positions: set[int]) -> str:
    """The tokens at `positions` alone, in their order."""
    return " ".join(token for t, token in enumerate(tokenize(text)) if t in positions)


def change(whole: Tensor, edited: Tensor) -> float:
    """How much of the probability of the class predicted for the whole text the edited one loses,
    on average.

    whole (n, n_classes)   edited (n, n_classes). DeYoung et al. 2020, eq. 1 and 2."""
    predicted = whole.argmax(dim=-1, keepdim=True)
    return float((whole.gather(1, predicted) - edited.gather(1, predicted)).mean())


def at_random(text: str, k: int, rng: torch.Generator) -> set[int]:
    """k different positions of a text."""
    return set(torch.randperm(len(tokenize(text)), generator=rng)[:k].tolist())
