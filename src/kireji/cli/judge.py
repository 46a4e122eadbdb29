"""`./kireji judge`: grade one folder and print the report."""

import json
from pathlib import Path

import click
from rich.console import Console

from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command()
@click.argument("assignment")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the report as JSON, pictures included (base64 PNG).",
)
@click.option(
    "--trust-submissions",
    is_flag=True,
    help="Run it even where nothing walls it in (no bubblewrap).",
)
@with_course
def judge(
    course: Course, assignment: str, directory: Path, as_json: bool, trust_submissions: bool
) -> None:
    """Grade the submission in DIRECTORY for ASSIGNMENT and print its report. Nothing is recorded.

    DIRECTORY holds what a student hands in: ASSIGNMENT.ipynb and its checkpoints (*.safetensors).
    """
    # here: torch and nbgrader take a second to import
    from kireji.cli.report_table import print_report
    from kireji.errors import KirejiError
    from kireji.grading.judge import judge as grade_submission
    from kireji.grading.submission import Submission, read_submission

    loaded = course.assignment(assignment)
    submission = read_submission(directory, assignment, loaded.file.files)
    if submission == Submission(None):
        raise KirejiError(
            f"There is nothing to grade in {directory}: expected is {assignment}.ipynb, and the"
            " files handed in with it."
        )
    errors = Console(stderr=True)
    with errors.status(f"Running {assignment}.ipynb in the sandbox, then the hidden tests ..."):
        report = grade_submission(
            submission, loaded, course.secret(), trusted=trust_submissions
        ).report
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
    else:
        print_report(report, Console(highlight=False))
