"""Run a command that ends when the process that started it ends: `python -m
kireji.hub.parent_death_signal COMMAND ...`.

The hub's proxy and services are started in sessions of their own; without this they outlive a
hub that is killed. Linux only: elsewhere the command simply runs, and `up` ends what it started by
walking its process tree.
"""

import ctypes
import os
import signal
import sys

# before a command; -P: no import from where it starts
PARENT_DEATH_SIGNAL = [sys.executable, "-P", "-m", "kireji.hub.parent_death_signal"]
PR_SET_PDEATHSIG = 1  # linux/prctl.h
PR_SET_CHILD_SUBREAPER = 36


def die_with_parent() -> None:
    """Have the kernel send SIGTERM to this process when the one that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that a walk of the tree finds
    each one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


if __name__ == "__main__":
    die_with_parent()
    os.execvp(sys.argv[1], sys.argv[1:])
