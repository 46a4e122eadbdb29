"""`./kireji forget`: a person's data go, with a record."""

import click

from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command()
@click.argument("name")
@click.option(
    "--only-account",
    is_flag=True,
    help="Keep the files and grades: who comes next under NAME, from wherever, gets them.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_course
def forget(course: Course, name: str, only_account: bool, yes: bool) -> None:
    """Remove everything that the course has of NAME: account, home, submissions, grades, feedback.

    The person is logged out and the server is stopped at once. This cannot be undone. What remains
    is said at the end."""
    from kireji.cli.backup import refuse_in_a_service  # here: help stays fast
    from kireji.errors import KirejiError
    from kireji.hub import forget as forgetting
    from kireji.hub.running import address

    refuse_in_a_service("keeper forget NAME")
    person = forgetting.find(course, name)
    hub = address(course)
    if not person.is_known and hub is None:
        raise KirejiError(f"The course has nothing of {name!r}. Is the name spelt as in the class?")
    if not only_account:
        for folder in person.folders:
            click.echo(f"  {folder}")
        if person.in_gradebook:
            click.echo("  all rows in the gradebook, and in its copies in var/backups")
    click.echo("  the account, its sessions and its server")
    if not yes:
        click.confirm(f"Remove this of {name} for good?", abort=True)
    forgetting.end_account(course, person, hub)
    if only_account:
        course.audit.record("freed a name", name, by="command line")
        click.echo(f"{name} has no account. Who comes next under this name gets the files.")
        return
    forgetting.remove_data(course, person, lambda sentence: click.echo(sentence, err=True))
    course.audit.record(
        "forgot a person",
        name,
        by="command line",
        folders=len(person.folders),
        in_gradebook=person.in_gradebook,
    )
    click.echo(
        f"Everything of {name} is removed. Not removed: archives that `kireji backup` made before, "
        "logs, and the line in the audit file that says so. If the roster names this person, take "
        "them out there, or the account is made anew."
    )
