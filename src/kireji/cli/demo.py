"""`./kireji demo`: the whole loop in the terminal."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command()
@click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]...")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the reports here.",
)
@with_course
def demo(course: Course, assignments: tuple[str, ...], json_file: Path | None) -> None:
    """Take sample students through the course: release, fetch, work, submit, collect, grade,
    feedback.

    Goes through the ASSIGNMENTs named, or all of them. It happens in var/demo and touches neither
    your gradebook nor your students. The first time trains each solution's models, a few minutes
    for each assignment; they are kept.
    """
    # here: torch and nbgrader take a second to import
    from kireji.demo import loop

    console = Console(highlight=False)
    names = [course.assignment(name).name for name in assignments] or course.assignment_names()
    with console.status("Starting") as status:

        def tell(step: str) -> None:
            console.print(f"[dim]· {step}[/]")
            status.update(f"{step} ...")

        results = loop.run(course, names, tell)
    table = Table("Student", "hands in", "Assignment", "Points", box=None, padding=(0, 2, 0, 0))
    for result in results:
        report = result.report
        table.add_row(
            result.student.name,
            result.student.description,
            report.assignment,
            f"{report.score:g} / {report.max_score:g}",
        )
    console.print()
    console.print(table)
    console.print(
        "\nPoints are the automatic ones; written questions wait for a person. What each student"
        " sees:"
    )
    for result in results:
        console.print(f"  {result.page.relative_to(course.root)}", soft_wrap=True)
    if json_file:
        listed = [{"student": result.student.name, **result.report.as_dict()} for result in results]
        json_file.write_text(json.dumps(listed, indent=2, ensure_ascii=False))
        console.print(f"Reports: {json_file}")
