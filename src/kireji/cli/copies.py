"""`./kireji copies`: which submissions of an assignment are too alike."""

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kireji.cli.with_course import with_course
from kireji.course.layout import Course

if TYPE_CHECKING:
    from kireji.copies.look import Comparison
    from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse

MAX_SHOWN = 40


@click.command()
@click.argument("assignment")
@with_course
def copies(course: Course, assignment: str) -> None:
    """Compare the collected submissions of ASSIGNMENT with one another: code and trained weights.

    Prints the pairs that are alike and writes a page that shows their code side by side. Nothing is
    recorded, no points change, and no student sees it.
    """
    # here: torch and nbgrader take a second to import
    from kireji.copies.kept import page_of
    from kireji.feedback.copies_page import percent
    from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse

    console = Console(highlight=False)
    graded = NbgraderCourse(course)
    found = compare(graded, assignment, console)
    for student, reason in found.skipped.items():
        console.print(f"{escape(student)}'s was not compared: {escape(reason)}", soft_wrap=True)
    if not found.pairs:
        console.print(
            f"Of {len(found.students)} submissions of {found.assignment} no two are alike."
        )
        return
    table = Table("Students", "What", "Alike", "In what way", box=None, padding=(0, 2, 0, 0))
    for pair in found.pairs[:MAX_SHOWN]:
        table.add_row(
            escape(f"{pair.one} and {pair.other}"), escape(pair.what), percent(pair), pair.how
        )
    console.print(table)
    if len(found.pairs) > MAX_SHOWN:
        console.print(f"... and {len(found.pairs) - MAX_SHOWN} more pairs.")
    console.print(
        "A reason to compare and to ask, not a proof. All pairs, and their code side by side:"
    )
    console.print(f"  {page_of(course, found.assignment)}", soft_wrap=True)


def compare(course: "NbgraderCourse", assignment: str, console: Console) -> "Comparison":
    """Compare what is collected of `assignment` and keep the page for it, with a line that says how
    far it is."""
    from kireji.batch import compare as batch

    name = course.course.assignment(assignment).name
    with console.status(f"Comparing the submissions of {name}") as status:
        return batch.compare(
            course,
            name,
            lambda student: status.update(
                f"Comparing the submissions of {name}: reading {escape(student)}'s"
            ),
        )
