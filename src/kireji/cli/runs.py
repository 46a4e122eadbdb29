"""`./kireji runs`: what is being done, what waits, and what came of it."""

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command()
@click.option("--cancel", "number", type=int, metavar="NUMBER", help="Have this run end.")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--work", is_flag=True, hidden=True, help="Carry out what waits.")
@click.option("--trust-submissions", is_flag=True, hidden=True)
@click.option("--workers", type=click.IntRange(1), hidden=True)
@with_course
def runs(
    course: Course,
    number: int | None,
    last: int,
    work: bool,
    trust_submissions: bool,
    workers: int | None,
) -> None:
    """Show the newest runs: what was asked for in the browser or in a terminal, how far it is, and
    what came of it.

    The hub, or ./kireji watch, carries out what was asked for in the browser. A run that is
    cancelled ends before its next submission; what it has recorded stays.
    """
    from kireji.runs import cancel, list_runs

    if work:
        from kireji.batch.run_service import work_off

        work_off(course, click.echo, trust_submissions, workers)
        return
    if number is not None:
        run = cancel(course, number, by="kireji runs")
        said = "is over" if run.is_over else "ends before its next submission"
        click.echo(f"Run {run.id} ({run.kind} {run.assignment}) {said}. {run.result}".strip())
        return
    console = Console(highlight=False)
    found = list_runs(course, limit=last)
    if not found:
        console.print("Nothing was run yet. ./kireji grade grades what is handed in.")
        return
    table = Table("Run", "What", "Of", "State", "Done", "By", "", box=None, padding=(0, 2, 0, 0))
    for run in found:
        of = run.assignment + (f": {', '.join(run.students)}" if run.students else "")
        done = f"{run.done} of {run.total}" if run.total else ""
        cells = (str(run.id), run.kind, of, run.state, done, run.by, run.result or run.line)
        table.add_row(*(escape(cell) for cell in cells))
    console.print(table)
