"""Held-out reviews in other words that mean the same: a movie for a film, does not for doesn't,
another name that no review of the training data has, another year.

The reviews come from a public archive, so a table of the archive knows them. It does not know "A
moving movie with Kowalski." in place of "A moving film with Fiennes."."""

import functools
import re
from collections import Counter
from collections.abc import Iterable, Set

import torch
from torch import Generator

from attention_lab.text import tokenize

from ..tables import lab_rows

NAME = "ex3_classification"
# Words that take one another's place without changing the verdict: (one, another).
PAIRS = (
    ("film", "movie"),
    ("films", "movies"),
    ("film's", "movie's"),
    ("plot", "story"),
    ("filmmaker", "director"),
    ("filmmakers", "directors"),
    ("audience", "public"),
    ("viewer", "spectator"),
    ("viewers", "spectators"),
    ("cast", "actors"),
    ("movie-going", "film-going"),
    ("nearly", "almost"),
    ("maybe", "perhaps"),
    ("two", "three"),
    ("ten", "twelve"),
    ("90-minute", "95-minute"),
    ("it's", "it is"),
    ("isn't", "is not"),
    ("doesn't", "does not"),
    ("don't", "do not"),
    ("didn't", "did not"),
    ("can't", "can not"),
    ("won't", "will not"),
    ("wasn't", "was not"),
    ("there's", "there is"),
    ("that's", "that is"),
    ("you'll", "you will"),
    ("you're", "you are"),
    ("they're", "they are"),
    ("he's", "he is"),
    ("she's", "she is"),
)
OTHER = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])}
FOUR = 4  # of as many such words, one stays
_PART = r"(?<![\w'-])({})(?![\w'-])"
_SWAPPED = re.compile(_PART.format("|".join(map(re.escape, OTHER))), re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w'-])\d{2,4}(?![\w'-])")
# Not the first word of a sentence, which may be any word.
_INSIDE_A_SENTENCE = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}(?![\w'-])")


def altered(texts: list[str], rng: Generator) -> list[str]:
    """The texts with other words wherever that leaves the verdict as it is."""
    known = known_words()
    names = names_in(texts, known)

    def draw(n: int) -> int:
        return int(torch.randint(n, (), generator=rng))

    def swap(found: re.Match) -> str:
        if draw(FOUR) == 0:  # so that not even the rule gives the text away
            return found[0]
        other = OTHER[found[0].lower()]
        return other[0].upper() + other[1:] if found[0][0].isupper() else other

    def number(found: re.Match) -> str:
        low = 10 ** (len(found[0]) - 1)
        return str(low + draw(9 * low)) if found[0].lower() not in known else found[0]

    def name(found: re.Match) -> str:
        return names[draw(len(names))] if names and found[0].lower() not in known else found[0]

    return [
        _INSIDE_A_SENTENCE.sub(name, _NUMBER.sub(number, _SWAPPED.sub(swap, text)))
        for text in texts
    ]


@functools.cache
def known_words() -> Set[str]:
    """The words that the classifiers know: those that occur twice in the training data."""
    counts = Counter(token for row in lab_rows(NAME, "train") for token in tokenize(row["text"]))
    return {token for token, count in counts.items() if count > 1}


def names_in(texts: Iterable[str], known: Set[str]) -> list[str]:
    """Names that no classifier knows."""
    return sorted(
        {
            name
            for text in texts
            for name in _INSIDE_A_SENTENCE.findall(text)
            if name.lower() not in known
        }
    )
