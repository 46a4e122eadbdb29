"""`./kireji bench`: how fast a class is graded, in the benchmarks' own process, which knows the options."""

import os
import sys

import click

from kireji import paths


@click.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def bench(options: tuple[str, ...]) -> None:
    """Measure how fast a class is graded, beside nbgrader and beside no wall at all."""
    found = os.pathsep.join([str(paths.ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    os.execve(sys.executable, [sys.executable, "-P", "-m", "benchmarks.grading", *options],
              os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": found})
