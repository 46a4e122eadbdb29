"""`./kireji withdraw`: take an assignment back, now or at a time."""

import click

from kireji.cli.dates import DATE_HELP


@click.command(epilog=DATE_HELP)
@click.argument("assignment")
@click.option("--at", metavar="DATE", help="At this time by itself, while the hub runs.")
def withdraw(assignment: str, at: str | None) -> None:
    """Withdraw ASSIGNMENT from the students, now or at a DATE, until it is released again.

    Copies that students have fetched stay theirs."""
    from kireji.cli import dates
    from kireji.course import calendar_store as store
    from kireji.course.layout import find_course
    from kireji.course.moments import show

    course = find_course().root
    name = store.assignment_named(course, assignment)
    when = dates.moment_of(course, at)
    dates.begin(course)
    calendar = store.set_dates(course, name, withdrawn=when)
    said = f"{name} is withdrawn from {show(when, calendar.zone)} on ({calendar.zone.key})."
    dates.take_effect(course, "changed dates", name, said)
