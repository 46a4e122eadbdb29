"""`./kireji bench`: how fast a class is graded. The options are here; what they do is done by
benchmarks/grading.py in its own process."""

import json
import os
import sys

import click

from kireji import installation


@click.command()
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False), help="Also write the figures here."
)
@click.option(
    "--quick", is_flag=True, help="Five students and one assignment, instead of 30 and all."
)
@click.option("--students", type=click.IntRange(1), help="How many students.")
@click.option(
    "--assignment", "names", multiple=True, help="Only this assignment; may be given again."
)
@click.option(
    "--otter",
    is_flag=True,
    help="otter-grader 7 too; it is installed into var/otter the first time.",
)
@click.option("--only-ours", is_flag=True, help="Leave out the others and the floor.")
@click.option(
    "--peers",
    type=click.IntRange(1),
    metavar="N",
    help=(
        "The others and the floor grade only the first N students: kinds of work repeat every ten."
    ),
)
@click.option(
    "--growth",
    is_flag=True,
    help=(
        "Instead: how the cost of light work grows with 10, 100, 1000 students, or up to"
        " --students."
    ),
)
def bench(**chosen: object) -> None:
    """Measure how fast a class is graded, compared with nbgrader and with no wall at all.

    Trains models the first time.

    What is measured, and how, is in benchmarks/README.md."""
    found = os.pathsep.join(
        [str(installation.clone()), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    os.execve(
        sys.executable,
        [sys.executable, "-P", "-m", "benchmarks.grading", json.dumps(chosen)],
        os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": found},
    )
