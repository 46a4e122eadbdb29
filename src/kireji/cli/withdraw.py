"""`./kireji withdraw`: take an assignment back, now or at a time."""

import click

from kireji.cli.dates import DATE_HELP
from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command(epilog=DATE_HELP)
@click.argument("assignment")
@click.option("--at", metavar="DATE", help="At this time by itself, while the hub runs.")
@with_course
def withdraw(course: Course, assignment: str, at: str | None) -> None:
    """Withdraw ASSIGNMENT from the students, now or at a DATE, until it is released again.

    Copies that students have fetched stay theirs."""
    from kireji.cli import dates
    from kireji.course import calendar_store as store
    from kireji.course.moments import show

    root = course.root
    name = store.assignment_named(root, assignment)
    when = dates.moment_of(root, at)
    dates.begin(root)
    calendar = store.set_dates(root, name, withdrawn=when)
    said = f"{name} is withdrawn from {show(when, calendar.zone)} on ({calendar.zone.key})."
    dates.take_effect(root, "changed dates", name, said)
