"""`./kireji calendar`: the course's dates and rules as a table."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kireji.cli.with_course import with_course
from kireji.course.layout import Course

if TYPE_CHECKING:
    from kireji.course.calendar import Calendar


@click.command()
@click.option("--timezone", metavar="ZONE", help="Set the zone of all dates, as in Europe/Berlin.")
@with_course
def calendar(course: Course, timezone: str | None) -> None:
    """Show when each assignment is released, due and closed, for whom, and by which rules.

    The file is var/calendar.toml; the commands due, extend, release and withdraw change it too."""
    from rich.console import Console

    from kireji.course import calendar_store as store
    from kireji.course.moments import zone
    from kireji.errors import KirejiError

    root = course.root
    if timezone:
        store.set_timezone(root, zone(timezone))
        click.echo("Times of day stay as they are written; they are now those of this zone.")
    problem = store.problem(root)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if not store.path_of(root).exists():
        console.print("There is no calendar yet: the first ./kireji up makes it.")
    else:
        show_calendar(store.read(root), store.assignments(root), console)
    if problem:
        raise KirejiError(f"{problem}\nThe table shows the last good calendar, which holds.")


def show_calendar(calendar: "Calendar", names: list[str], console) -> None:
    """Print the table, and the rules in words."""
    from rich.table import Table

    def shown(when: datetime | None) -> str:
        return f"{when.astimezone(calendar.zone):%Y-%m-%d %H:%M}" if when else "-"

    now = datetime.now(UTC)
    table = Table("Assignment", "Now", "Release", "Due", "Closes", box=None, padding=(0, 2, 0, 0))
    for name in names:
        dates = calendar.dates(name)
        state = "released" if dates.is_released(now) else "not released"
        if dates.withdrawn and not dates.is_released(now) and dates.withdrawn <= now:
            state = "withdrawn"
        elif dates.is_closed(now):
            state = "closed"
        table.add_row(name, state, shown(dates.release), shown(dates.due), shown(dates.closes))
        if dates.withdrawn and dates.withdrawn > now:
            table.add_row("", f"withdrawn from {shown(dates.withdrawn)} on")
        for student, due in sorted(calendar.of(name).extensions.items()):
            table.add_row(f"  {student}", "extended", "", shown(due), "")
    console.print(table)
    console.print(f"Times are those of {calendar.zone.key}. {calendar.late.sentence()}")
    for name in names:
        if calendar.of(name).late != calendar.late:
            console.print(f"{name}: {calendar.of(name).late.sentence()}")
