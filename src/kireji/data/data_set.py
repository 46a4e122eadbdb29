"""One assignment's data: where they come from, how they are chosen, who sees how many."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from kireji.data.errors import DataError
from kireji.data.fetch import Package

Row = TypeVar("Row", bound=tuple[str, ...])


@dataclass(frozen=True)
class DataSet(Generic[Row]):
    """A table of `rows` rows with the checksum `sha256`, extracted from `package`.

    extract(archive) -> rows, the same everywhere
    key(row): rows with the same key are split together
    held_out and validation are numbers of different keys; the rest trains."""

    assignment: str
    package: Package
    columns: tuple[str, ...]
    extract: Callable[[Path], list[Row]]
    key: Callable[[Row], str]
    rows: int
    sha256: str
    held_out: int
    validation: int

    def table(self, rows: Sequence[Row]) -> str:
        """Tab-separated text with a header line; no field holds a tab or a newline."""
        return "".join("\t".join(row) + "\n" for row in [self.columns, *rows])

    def check(self, rows: Sequence[Row]) -> None:
        """DataError unless these are exactly the rows that the course's numbers were measured
        on."""
        checksum = hashlib.sha256(self.table(rows).encode()).hexdigest()
        if (len(rows), checksum) != (self.rows, self.sha256):
            raise DataError(
                f"The extraction for {self.assignment} gave {len(rows):,} rows ({checksum[:12]}), not the "
                f"{self.rows:,} ({self.sha256[:12]}) this course was measured on: the archive or the "
                "extraction changed."
            )

    def recipe(self) -> str:
        """What the files are made by, besides the secret."""
        return f"{self.package} {self.columns} {self.rows} {self.sha256} {self.held_out} {self.validation}"
