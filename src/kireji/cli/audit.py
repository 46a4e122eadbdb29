"""`./kireji audit`: what was done in the course, by whom and when."""

import json

import click
from rich.console import Console
from rich.table import Table

from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command()
@click.option("--of", "name", help="Only events that name this account or assignment.")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, all fields.")
@with_course
def audit(course: Course, name: str | None, last: int, as_json: bool) -> None:
    """Show who did what: sign-ups, approvals, removals, changes of the class, releases, grading,
    backups, restores.

    The newest 25 MB are kept, in var/audit."""

    events = [event for event in course.audit.read() if name is None or name in event.values()][
        -last:
    ]
    if as_json:
        for event in events:
            click.echo(json.dumps(event))
        return
    fields = ("when", "who", "what", "whom")
    table = Table(*fields, "more", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for event in events:
        more = {field: text for field, text in event.items() if field not in fields}
        table.add_row(
            *(_plain(event.get(field, "")) for field in fields),
            _plain(", ".join(f"{field}: {text}" for field, text in more.items())),
        )
    Console(highlight=False, markup=False).print(table)


def _plain(text: str) -> str:
    """Without what a terminal would obey: others wrote parts of the text."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
