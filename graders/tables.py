"""Tables of texts: those that students have, and those that none has seen."""

import csv
from pathlib import Path

from kireji.course.layout import Course
from kireji.errors import KirejiError

COURSE = Course(Path(__file__).parents[1])  # hidden tests belong to one
Rows = list[dict[str, str]]


def held_out_rows(assignment: str) -> Rows:
    """An assignment's held-out table, each row by column name."""
    return _rows(COURSE.held_out / f"{assignment}.tsv")


def lab_rows(assignment: str, split: str) -> Rows:
    """A table that students have; split is "train" or "validation"."""
    return _rows(COURSE.lab_data / assignment / f"{split}.tsv")


def _rows(path: Path) -> Rows:
    if not path.is_file():
        raise KirejiError(f"{path.name} is missing: run the set-up again, its data step makes it.")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
