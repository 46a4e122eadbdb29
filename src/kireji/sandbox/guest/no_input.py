"""Refuses what would wait for a person at the keyboard: while a notebook is graded, there is none.

Runs inside the sandbox only, before any line of a submission. `input` and `getpass` raise at once.
A debugger is not opened and the code goes on, since a forgotten `breakpoint()` is no mistake in an
answer. Commands (`!command`) read an empty input.
"""

import io
import os
import signal
import subprocess
import sys
from typing import Any, NoReturn, cast

NO_INPUT = (
    "input() and getpass() are not possible while a notebook is graded: no person is there to "
    "answer. Assign the value in the code."
)
NO_DEBUGGER = "[No debugger is opened while a notebook is graded: the code goes on.]"
MAX_REFUSALS = 20  # of one cell; then it is interrupted, since it asks in a loop


def refuse_input() -> None:
    """Have this process, which becomes a kernel, ask for nothing."""
    import bdb
    import pdb

    from ipykernel import kernelbase, zmqshell
    from IPython.core import debugger
    from IPython.core.error import StdinNotImplementedError

    def refuse(kernel: Any, prompt: str = "", stream: Any = None) -> NoReturn:
        cell = kernel.execution_count
        asked_in, count = getattr(kernel, "refused", (cell, 0))
        kernel.refused = (cell, count + 1 if asked_in == cell else 1)
        if kernel.refused[1] > MAX_REFUSALS:
            raise KeyboardInterrupt(NO_INPUT)
        raise StdinNotImplementedError(NO_INPUT)

    for name in ("raw_input", "getpass"):
        setattr(kernelbase.Kernel, name, refuse)

    def pass_by(*arguments: Any, **named: Any) -> None:
        print(NO_DEBUGGER)

    def go_on(self: bdb.Bdb, *arguments: Any, **named: Any) -> None:
        print(NO_DEBUGGER)
        self.set_continue()

    bdb.Bdb.set_trace = pass_by  # type: ignore[method-assign]
    pdb.set_trace = debugger.set_trace = pass_by
    pdb.Pdb.interaction = debugger.Pdb.interaction = go_on  # type: ignore[method-assign]
    os.environ["PYTHONBREAKPOINT"] = "0"  # of the programs that the notebook starts
    sys.breakpointhook = pass_by
    zmqshell.system = run_command  # type: ignore[assignment]


def run_command(command: str) -> int:
    """Run a shell command without a terminal and without input, print what it says, and return its
    exit status."""
    running = subprocess.Popen(
        ["/bin/sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output = cast(io.BufferedReader, running.stdout)
        while part := output.read1(65536):
            sys.stdout.write(part.decode(errors="replace"))
            sys.stdout.flush()
        return running.wait()
    except BaseException:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        raise
    finally:
        if running.stdout:
            running.stdout.close()
