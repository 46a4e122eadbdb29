"""How much one submission may use: every limit in one place.

Each default is at least three times what the honest solutions use; `docs/architecture.md` has the measurements.
"""

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """The budget of one submission. Times are seconds of wall clock; sizes are bytes."""

    start_seconds: float = 60          # until the kernel answers
    cells_seconds: float = 120         # all of the notebook's cells together
    tests_seconds: float = 180         # all of the hidden tests together
    call_seconds: float = 20           # one call of a student's function by a hidden test
    memory: int = 8192 * MIB           # address space of one process
    files: int = 256 * MIB             # one file
    folders: int = 512 * MIB           # the scratch folders together, which live in memory
    open_files: int = 512
    processes: int = 256               # processes and threads
    output_characters: int = 100_000   # what is kept of the output of one cell
    submission_bytes: int = 64 * MIB   # one submitted file


DEFAULT = Limits()
