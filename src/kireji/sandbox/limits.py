"""How much one submission may use: every limit in one place, decided from a measurement.

Each default is at least three times what the solutions of the assignments use. Measured again by
`python -m kireji.grading.measure ASSIGNMENT FOLDER`.
"""

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """The budget of one submission. Times are seconds of wall clock where nothing else is said; sizes are bytes."""

    start_seconds: float = 60          # until the kernel answers
    agent_seconds: float = 30          # until the agent answers, after the cells
    cells_seconds: float = 120         # all of the notebook's cells together
    tests_seconds: float = 180         # all of the hidden tests together
    call_seconds: float = 20           # one call of a student's function by a hidden test
    processor_seconds: float = 300     # of computing, all processes together, from the start to the end
    memory: int = 4096 * MIB           # of all processes together, their scratch folders included
    address_space: int = 8192 * MIB    # of one process: what it asks for, used or not
    file_bytes: int = 256 * MIB        # one file
    scratch_bytes: int = 512 * MIB     # the scratch folders together, which live in memory
    scratch_files: int = 20_000        # files and folders in them
    open_files: int = 512              # of one process
    processes: int = 256               # processes and threads together
    cell_characters: int = 100_000     # what is kept of the text of one cell's outputs
    cell_outputs: int = 200            # how many outputs of one cell are kept
    output_bytes: int = 64 * MIB       # everything the notebook shows or prints, kept or not
    outputs: int = 20_000              # how often it does
    message_bytes: int = 16 * MIB      # one output, or one answer of the kernel
    submission_bytes: int = 64 * MIB   # one submitted file


DEFAULT = Limits()
