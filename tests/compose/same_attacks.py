"""The attacks of tests/attacks that a wall has to answer, sent through the deployment's sandbox container.

The other rows of the threats are answered by the grader, whatever the wall is: the judge, the rebuilt notebook, the pages.
"""

import os
import subprocess
import sys

from kireji import paths
from tests.compose.stack import PATIENCE, Stack

ROWS = ("get_out", "read_the_tests", "leave_early", "stay_late", "use_too_much")
# What shows that an attack works where there is no wall; and endless cells, which the grader ends, with much patience.
WITHOUT = "without_the_wall or in_one_process or without_rerunning or each_goes_through or never_ends or many_cells_share"


def run(stack: Stack) -> tuple[int, str]:
    """pytest's exit status, and what it said."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", f"not ({WITHOUT})",
         *(f"tests/attacks/test_{row}.py" for row in ROWS)],
        cwd=paths.ROOT, env=os.environ | {"KIREJI_SANDBOX_SOCKETS": str(stack.volume("sandboxes"))},
        capture_output=True, text=True, timeout=2 * PATIENCE)
    return done.returncode, done.stdout[-6000:] + done.stderr[-2000:]
