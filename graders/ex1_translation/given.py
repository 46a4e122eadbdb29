"""What the hidden tests of the trained model have for every submission alike: read once in a process, and by the process that forks the
judges for all of them. The references stay on this side; only French sentences go into the sandbox."""

import csv
import functools
from typing import NamedTuple

from kireji import paths
from kireji.errors import KirejiError

from . import aligner

NAME = "ex1_translation"


class HeldOut(NamedTuple):
    """sources: each French sentence once   references[i]: all its English translations."""

    sources: list[str]
    references: list[list[str]]


@functools.cache
def held_out() -> HeldOut:
    """The sentences that no student has seen. KirejiError if they are missing."""
    path = paths.HELD_OUT / f"{NAME}.tsv"
    if not path.is_file():
        raise KirejiError(f"The held-out sentences of {NAME} are missing: run the set-up again, its data step makes them.")
    references: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
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
