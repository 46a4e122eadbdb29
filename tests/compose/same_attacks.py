"""The attacks of tests/attacks to which a wall makes a difference, sent through the deployment's
sandbox container.

The first rows are the wall's to answer. To the others the grader answers, and the container could
change what it is told: what there is for honest work, the sockets that are handed over, the memory
of what is sent. The remaining rows are answered by the judge, the rebuilt notebook and the pages,
whatever the wall is; they were sent through the container once, by hand.
"""

import os
import subprocess
import sys

from tests.compose.stack import MAX_WAIT_SECONDS, Stack
from tests.support.clone import ROOT

ROWS = (
    "get_out",
    "read_the_tests",
    "leave_early",
    "stay_late",
    "use_too_much",
    "honest_students",
    "forge_the_result",
    "odd_values",
    "poison_a_checkpoint",
)
# What shows that an attack works where there is no wall; and endless cells, which the grader ends,
# with much patience.
WITHOUT = (
    "without_the_wall or in_one_process or without_rerunning or each_goes_through or never_ends or"
    " many_cells_share"
)


def run(stack: Stack) -> tuple[int, str]:
    """pytest's exit status, and what it said."""
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            f"not ({WITHOUT})",
            *(f"tests/attacks/test_{row}.py" for row in ROWS),
        ],
        cwd=ROOT,
        env=os.environ | {"KIREJI_SANDBOX_SOCKETS": str(stack.volume("sandboxes"))},
        capture_output=True,
        text=True,
        timeout=2 * MAX_WAIT_SECONDS,
    )
    return done.returncode, done.stdout[-6000:] + done.stderr[-2000:]
