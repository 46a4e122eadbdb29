"""One assignment's data: where they come from, how they are chosen, who sees how many."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from kireji.data.errors import DataError
from kireji.data.fetch import Package, sha256_of

Row = TypeVar("Row", bound=tuple[str, ...])


@dataclass(frozen=True)
class LocalFile:
    """A file in the assignment's own folder of graders/."""

    path: Path

    def __repr__(self) -> str:
        """The name and the content, wherever the course lies: a part of the recipe."""
        return f"LocalFile(name={self.path.name!r}, sha256={sha256_of(self.path)!r})"


@dataclass(frozen=True)
class DataSet(Generic[Row]):
    """A table that `extract` reads from `source`, and how it is split.

    extract(file) -> rows, the same everywhere
    key(row): rows with the same key are split together
    held_out and validation are numbers of different keys; the rest trains
    rows and sha256: how many rows the course was measured on, and the checksum of their table. A
    local file is in the course's own hands and may leave both out."""

    source: Package | LocalFile
    columns: tuple[str, ...]
    extract: Callable[[Path], list[Row]]
    key: Callable[[Row], str]
    held_out: int
    validation: int
    rows: int | None = None
    sha256: str | None = None

    def table(self, rows: Sequence[Row]) -> str:
        """Tab-separated text with a header line; no field holds a tab or a newline."""
        lines: list[Sequence[str]] = [self.columns, *rows]
        return "".join("\t".join(line) + "\n" for line in lines)

    def check(self, rows: Sequence[Row], assignment: str) -> None:
        """DataError unless the rows make a table that can be split, and are those that the
        course's numbers were measured on."""
        for number, row in enumerate(rows, start=1):
            if len(row) != len(self.columns) or set("\t\r\n") & set("".join(row)):
                raise DataError(
                    f"Row {number} that graders/{assignment}/data.py extracts does not fit its"
                    f" columns {', '.join(self.columns)}: each is a text without tabs and line"
                    " ends."
                )
        keys = len({self.key(row) for row in rows})
        if keys <= self.held_out + self.validation:
            raise DataError(
                f"graders/{assignment}/data.py holds out {self.held_out} and validates on "
                f"{self.validation} of {keys} different rows, which leaves none to train on."
            )
        if self.rows is None and self.sha256 is None:
            return
        checksum = hashlib.sha256(self.table(rows).encode()).hexdigest()
        if (len(rows), checksum) != (self.rows, self.sha256):
            raise DataError(
                f"The extraction for {assignment} gave {len(rows):,} rows ({checksum[:12]}), not"
                f" the {self.rows or 0:,} ({(self.sha256 or '')[:12]}) this course was measured on:"
                " the archive or the extraction changed."
            )

    def recipe(self) -> str:
        """What the files are made by, besides the secret. Courses have stamps with it: the same
        recipe keeps the same text."""
        return (
            f"{self.source} {self.columns} {self.rows} {self.sha256} {self.held_out}"
            f" {self.validation}"
        )
