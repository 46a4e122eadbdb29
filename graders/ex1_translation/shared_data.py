"""What the hidden tests of the trained model have for every submission alike: read once in a
process, and by the process that forks the judges for all of them. The references stay on this side;
only French sentences go into the sandbox."""

import functools
from collections import Counter
from typing import NamedTuple

from attention_lab.text import tokenize

from ..tables import COURSE, held_out_rows, lab_rows
from . import aligner

NAME = "ex1_translation"
KNOWN = 3  # training sentences in which a word of the lexicon stands at least
SURE = 0.4  # how often a word of the lexicon becomes its translation


class HeldOut(NamedTuple):
    """sources: each French sentence once   references[i]: all its English translations."""

    sources: list[str]
    references: list[list[str]]


@functools.cache
def held_out() -> HeldOut:
    """The sentences that no student has seen. KirejiError if they are missing."""
    references: dict[str, list[str]] = {}
    for row in held_out_rows(NAME):
        references.setdefault(row["source"], []).append(row["target"])
    return HeldOut(list(references), list(references.values()))


@functools.cache
def reference() -> aligner.Aligner:
    """IBM model 1 on the training pairs."""
    return aligner.load(COURSE.lab_data / NAME / "train.tsv", COURSE.held_out)


@functools.cache
def lexicon() -> list[tuple[str, str]]:
    """French words of the training pairs, each with its likeliest English word, by IBM model 1."""
    counts = Counter(word for row in lab_rows(NAME, "train") for word in {*tokenize(row["source"])})
    table, likeliest = reference().table, reference().table.max(dim=1)
    english = list(reference().target_ids)
    return [
        (word, english[int(likeliest.indices[i])])
        for word, i in reference().source_ids.items()
        if counts[word] >= KNOWN and float(table[i].max()) > SURE
    ]


def prepare() -> None:
    """All of it."""
    held_out()
    lexicon()
