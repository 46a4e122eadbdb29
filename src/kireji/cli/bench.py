"""`./kireji bench`: how fast a class is graded, in the benchmarks' own process."""

import os
import sys

import click

from kireji import paths


@click.command()
@click.option("--json", "json_file", type=click.Path(dir_okay=False), help="Also write the figures here.")
@click.option("--quick", is_flag=True, help="Five students and one assignment, instead of 30 and all.")
@click.option("--students", type=click.IntRange(1), help="How many students.")
@click.option("--assignment", "names", multiple=True, help="Only this assignment; may be given again.")
@click.option("--only-ours", is_flag=True, help="Leave out nbgrader and the floor: how the cost grows, with --students 10, 100, 1000.")
@click.option("--peers", type=click.IntRange(1), metavar="N",
              help="nbgrader and the floor grade only the first N students: kinds of work repeat every ten.")
def bench(json_file: str | None, quick: bool, students: int | None, names: tuple[str, ...], only_ours: bool, peers: int | None) -> None:
    """Measure how fast a class is graded, beside nbgrader and beside no wall at all. Trains models the first time.

    What is measured, and how, is in benchmarks/README.md."""
    arguments = [*(["--json", os.path.abspath(json_file)] if json_file else []), *(["--quick"] if quick else []),
                 *(["--students", str(students)] if students else []), *(["--peers", str(peers)] if peers else []), *(["--only-ours"] if only_ours else []),
                 *(word for name in names for word in ("--assignment", name))]
    os.chdir(paths.ROOT)
    os.execve(sys.executable, [sys.executable, "-m", "benchmarks.grading", *arguments], os.environ | {"OMP_NUM_THREADS": "1"})
