"""Find and read the course's data: tab-separated tables with a header line, one folder for each
assignment."""

import csv
import os
from pathlib import Path
from typing import NamedTuple


class SentencePair(NamedTuple):
    """A sentence and its translation. `id` is the number of the pair at Tatoeba."""

    id: str
    source: str
    target: str


class Review(NamedTuple):
    """A sentence of a film review, its label ("positive" or "negative") and the mean of its
    ratings, from -4 to 4."""

    id: str
    label: str
    rating: float
    text: str


def data_folder() -> Path:
    """Where the data lie: $ATTENTION_LAB_DATA, else the course folder around the notebook, else
    ~/data."""
    if named := os.environ.get("ATTENTION_LAB_DATA"):
        return Path(named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (found := folder / "var" / "data" / "lab").is_dir():
            return found
    return Path.home() / "data"


def load_table(assignment: str, split: str) -> list[dict[str, str]]:
    """The rows of one table, each a dictionary by column name. FileNotFoundError says where it was
    looked for."""
    path = data_folder() / assignment / f"{split}.tsv"
    if not path.is_file():
        raise FileNotFoundError(
            f"no {split} data for {assignment}: {path} is missing "
            "(set ATTENTION_LAB_DATA to the folder that has it)"
        )
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def load_pairs(assignment: str, split: str) -> list[SentencePair]:
    """The sentence pairs of a translation table; split is "train" or "validation"."""
    return [SentencePair(**row) for row in load_table(assignment, split)]


def load_reviews(assignment: str, split: str) -> list[Review]:
    """The reviews of a table of labelled texts; split is "train" or "validation"."""
    return [
        Review(row["id"], row["label"], float(row["rating"]), row["text"])
        for row in load_table(assignment, split)
    ]
