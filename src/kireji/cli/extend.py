"""`./kireji extend`: more time for some students."""

import click

from kireji.cli.dates import DATE_HELP
from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command(epilog=DATE_HELP)
@click.argument("assignment")
@click.argument("words", nargs=-1, required=True, metavar="STUDENT... DATE")
@click.option("--new", is_flag=True, help="Also for students who have not logged in yet.")
@with_course
def extend(course: Course, assignment: str, words: tuple[str, ...], new: bool) -> None:
    """Have ASSIGNMENT be due at DATE for each STUDENT; DATE is "none" to take an extension back.

    The assignment stays open for them until then."""
    from kireji.cli import dates
    from kireji.course import calendar_store as store
    from kireji.course.moments import show
    from kireji.errors import KirejiError

    root = course.root
    name = store.assignment_named(root, assignment)
    students, said = dates.split_date(words)
    until = dates.read_date(root, said)
    if not students:
        raise KirejiError("Name at least one student in front of the date.")
    due = store.read(root).of(name).due
    if due is None:
        raise KirejiError(
            f"{name} has no due date to extend. Set one first: ./kireji due {name} DATE"
        )
    zone = dates.zone_of(root)
    if until is not None and until <= due:
        raise KirejiError(f"{show(until, zone)} is not later than the due date, {show(due, zone)}.")
    if not new and until is not None:
        dates.check_students(root, students)
    store.extend(root, name, students, until)
    who = ", ".join(students)
    dates.take_effect(
        root,
        "extended" if until else "took an extension back",
        name,
        f"{name} is due {show(until, zone)} for {who} ({zone.key})."
        if until
        else f"{name} is due as for everybody for {who}.",
    )
