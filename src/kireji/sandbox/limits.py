"""How much one submission may use: every limit in one place, decided from a measurement.

Each default is at least three times what the solutions of the assignments use. Its comment has the
most that any of the four used, measured again by `python -m kireji.grading.measure ASSIGNMENT
FOLDER`. What a submission computes is limited by the processor's clock, since the wall's runs
several times faster on a busy machine: in brackets: 92 and 53 seconds for cells and hidden tests
where ten other programs wanted the same two processors.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """The budget of one submission. Times are seconds of wall clock where nothing else is said;
    sizes are bytes."""

    start_seconds: float = 60  # until the kernel answers: 1.2 (10 on a busy machine)
    agent_seconds: float = 30  # until the agent answers, after the cells
    cells_seconds: float = 300  # all of the notebook's cells together: 32 (92)
    own_cells_seconds: float = 120  # of that, cells that are not part of the assignment: 0
    own_processor_seconds: float = 40  # and what these may compute: 0
    tests_seconds: float = 300  # all of the hidden tests together: 20 (53)
    call_seconds: float = 20  # one call of a student's function by a hidden test
    processor_seconds: float = 120  # of computing, all processes together, start to end: 19
    memory: int = 4096 * MIB  # of all processes together, scratch folders included: 498 MiB
    address_space: int = 8192 * MIB  # of one process: what it asks for, used or not: 1,684 MiB
    file_bytes: int = 256 * MIB  # one file
    scratch_bytes: int = 512 * MIB  # the scratch folders together, which live in memory: 9 MiB
    scratch_files: int = 20_000  # files and folders in them: 20
    open_files: int = 512  # of one process: 70
    processes: int = 256  # processes and threads together: 16
    cell_characters: int = 100_000  # what is kept of the text of one cell's outputs
    cell_outputs: int = 200  # how many outputs of one cell are kept: 4
    output_bytes: int = 64 * MIB  # everything the notebook shows or prints, kept or not: 368 KB
    outputs: int = 20_000  # how often it does: 18
    message_bytes: int = 16 * MIB  # one output, or one answer of the kernel: 154 KB
    submission_bytes: int = 64 * MIB  # one submitted file
    judge_memory: int = 1024 * MIB  # what the grader holds of it, besides what it had: 150 MiB
    judge_processor_seconds: float = 300  # of the grader's computing for one run: 20


DEFAULT = Limits()


def with_changes(changes: Mapping[str, float], limits: Limits = DEFAULT) -> Limits:
    """`limits` with those that an assignment changes. TypeError for a name that there is not."""
    whole = {limit.name for limit in fields(Limits) if limit.type is int}
    values: dict[str, Any] = {
        name: int(value) if name in whole else value for name, value in changes.items()
    }
    return replace(limits, **values)
