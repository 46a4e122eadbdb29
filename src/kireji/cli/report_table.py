"""Shows a report in the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kireji.testing.report import Report

MARKS = {
    "passed": "[green]✓[/]",
    "partly": "[yellow]◐[/]",
    "failed": "[red]✗[/]",
    "error": "[red]![/]",
    "timeout": "[red]⏱[/]",
    "missing": "[dim]–[/]",
}


def print_report(report: Report, console: Console) -> None:
    """One line per graded cell, and under it one per hidden test that has something to say."""
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(width=1)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for cell in report.cells:
        score = "by hand" if cell.score is None else f"{cell.score:g}"
        table.add_row(
            "", f"[bold]{escape(cell.grade_id)}[/]", f"[bold]{score} / {cell.max_score:g}[/]"
        )
        for test in cell.tests:
            message = f"\n[dim]{escape(test.message)}[/]" if test.message else ""
            for name, value in test.counter_example.rows if test.counter_example else ():
                message += f"\n[dim]  {escape(name)}: {escape(value)}[/]"
            table.add_row(MARKS[test.status], escape(test.title) + message, "")
    console.print(table)
    for notice in report.notices:
        console.print(f"[yellow]Note:[/] {escape(notice)}")
    console.print(
        f"[bold]{escape(report.assignment)}: {report.score:g} of {report.max_score:g} automatic"
        f" points[/] [dim]in {report.seconds['total']:.1f} s[/]"
    )
