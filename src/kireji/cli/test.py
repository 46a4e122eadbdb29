"""`./kireji test`: pytest in the repository root."""

import os
import sys

import click

from kireji import installation

MAX_PROCESSES = 4  # each may start a hub, a browser and PyTorch: about 2 GB


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENTS]...")
def test(arguments: tuple[str, ...]) -> None:
    """Run the tests; all arguments go to pytest, for example: ./kireji test tests/wire -x

    Names of files are relative to the repository. Tests that need a browser or bubblewrap say so
    and are skipped where there is none. Without arguments all tests run, in as many processes as
    there are cores."""
    os.chdir(installation.clone())
    if not arguments:
        # A file's tests stay together, for what they share. Longest first: tests/conftest.py says
        # which.
        processes = min(os.cpu_count() or 1, MAX_PROCESSES)
        arguments = ("-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder")
    # One thread: two torch threads next to another busy process are many times slower than one.
    os.execve(
        sys.executable,
        [sys.executable, "-P", "-m", "pytest", *arguments],
        os.environ | {"OMP_NUM_THREADS": "1"},
    )
