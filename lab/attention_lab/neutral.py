"""Sentences without an opinion, and reviews buried among them: the same verdict, further and
further apart from the end.

The sentences say when, where and how a film was shown. Each is made up from a pattern; none says
how the film is.
"""

import functools
import random
import re
from collections.abc import Mapping, Sequence

PATTERNS = (
    "The film was shown on {day} in {place}.",
    "It lasts {number} minutes.",
    "The projector stood in {place}.",
    "The show began at {number} minutes past {hour}.",
    "The tickets were printed on {colour} paper.",
    "There were {number} seats in {place}.",
    "The story takes place in {town} in {year}.",
    "The camera was set up in {place} in {town}.",
    "The director was born in {town} in {year}.",
    "The crew stayed in {town} for {number} days.",
    "A man in a {colour} coat sat in row {number}.",
    "The second reel follows the first.",
    "It was filmed between {year} and {year}.",
    "The train from {town} arrives on {day}.",
    "The poster is {colour} and hangs in {place}.",
    "The doors open at {hour} on {day}.",
)
WORDS = {
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "place": (
        "the lobby",
        "the main hall",
        "the small hall",
        "the basement",
        "the library",
        "a school",
        "the upper floor",
    ),
    "number": tuple(str(number) for number in range(12, 99, 3)),
    "hour": ("three", "four", "five", "six", "seven", "eight", "nine"),
    "colour": ("grey", "white", "blue", "yellow", "brown", "green"),
    "town": ("Lisbon", "Oslo", "Vienna", "Toronto", "Dublin", "Prague", "Boston"),
    "year": tuple(str(year) for year in range(1961, 2002, 4)),
}
_BLANK = re.compile(r"\{(\w+)\}")


def neutral_sentences(
    k: int,
    draw: random.Random,
    patterns: Sequence[str] = PATTERNS,
    words: Mapping[str, Sequence[str]] = WORDS,
) -> list[str]:
    """k sentences from `patterns`, their blanks filled with `words`."""
    return [
        _BLANK.sub(lambda blank: draw.choice(words[blank[1]]), draw.choice(patterns))
        for _ in range(k)
    ]


# several classifiers are asked about the same texts, one after the other
@functools.lru_cache(maxsize=4096)
def bury(text: str, k: int) -> str:
    """The text somewhere among k neutral sentences: before, between or after them. k = 0 gives the
    text itself.

    Which sentences and which place depend on `text` and `k` alone: the same call always gives the
    same answer."""
    draw = random.Random(f"{k} {text}")
    sentences = neutral_sentences(k, draw)
    sentences.insert(draw.randint(0, k), text)
    return " ".join(sentences)
