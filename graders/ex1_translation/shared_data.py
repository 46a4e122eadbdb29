"""What the hidden tests of the trained model have for every submission alike: read once in a
process, and by the process that forks the judges for all of them. The references stay on this side;
only French sentences go into the sandbox."""

import functools
from typing import NamedTuple

from kireji import paths

from ..tables import held_out_rows
from . import aligner

NAME = "ex1_translation"


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
    return aligner.load(paths.LAB_DATA / NAME / "train.tsv", paths.HELD_OUT)


def prepare() -> None:
    """All of it."""
    held_out()
    reference()
