"""`./kireji due`: when an assignment is due."""

import click

from kireji.cli.dates import DATE_HELP
from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command(epilog=DATE_HELP)
@click.argument("assignment")
@click.argument("date", nargs=-1, required=True)
@click.option("--closes", metavar="DATE", help="Refuse what is handed in later than this.")
@with_course
def due(course: Course, assignment: str, date: tuple[str, ...], closes: str | None) -> None:
    """Have ASSIGNMENT be due at DATE, in the course's time zone; DATE is "none" for no due date.

    A day without a time means its last minute. Extensions stay."""
    from kireji.cli import dates
    from kireji.course import calendar_store as store
    from kireji.course.moments import show

    root = course.root
    name = store.assignment_named(root, assignment)
    changes = {"due": dates.read_date(root, " ".join(date))}
    if closes is not None:
        changes["closes"] = dates.read_date(root, closes)
    dates.begin(root)
    calendar = store.set_dates(root, name, **changes)
    now = calendar.dates(name)
    said = f"{name} is due {show(now.due, calendar.zone)}" if now.due else f"{name} is never due"
    if now.closes:
        said += f", and closes {show(now.closes, calendar.zone)}"
    dates.take_effect(root, "changed dates", name, f"{said} ({calendar.zone.key}).")
