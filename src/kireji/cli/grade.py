"""`./kireji grade`: collect and grade what students submitted."""

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from kireji.errors import KirejiError

if TYPE_CHECKING:
    from kireji.grading.course import Course


@click.command()
@click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]...")
@click.option("--student", help="Only this student's submissions.")
@click.option("--again", is_flag=True, help="Also what is graded already.")
@click.option("--trust-submissions", is_flag=True, help="Grade even where nothing walls submissions in (no bubblewrap).")
def grade(assignments: tuple[str, ...], student: str | None, again: bool, trust_submissions: bool) -> None:
    """Collect and grade the ASSIGNMENTs (all, if none is named) into nbgrader's gradebook.

    What is graded already is left alone unless it was submitted anew. Can be stopped at any time: a grade is either
    the old one or the new one, and the next call goes on.
    """
    from kireji.grading import assignment as catalogue      # here: torch and nbgrader take a second to import
    from kireji.grading.course import Course

    def trust(config: object) -> None:
        config.JudgeSubmission.trust_submissions = trust_submissions

    names = [catalogue.load(name).name for name in assignments] or catalogue.names()
    grade_all(Course(trust), names, student, again, Console(highlight=False))


def grade_all(course: "Course", names: list[str], student: str | None, again: bool, console: Console) -> None:
    """Collect `names` and grade what is new, or everything if `again`. KirejiError at the end if some could not be."""
    for name in names:
        course.collect(name)
    work = [(name, who) for name in names for who in course.students(name)
            if student in (None, who) and (again or not course.is_graded(name, who))]
    if not work:
        whose = f"by {student}" if student else "new"
        console.print(f"Nothing {whose} to grade in {', '.join(names)}.")
        return
    table = Table("Assignment", "Student", "Score", box=None, padding=(0, 2, 0, 0))
    failed = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("Grading", total=len(work))
        for name, who in work:
            progress.update(bar, description=f"Grading {who}'s {name}")
            try:
                course.grade(name, who)
                table.add_row(name, who, "{:g} / {:g}".format(*course.score(name, who)))
            except KirejiError as error:
                failed.append(str(error))
                table.add_row(name, who, "[red]not graded[/]")
            progress.advance(bar)
    console.print(table)
    if failed:
        raise KirejiError("\n".join(failed))
