"""`./kireji password`: a new password for somebody who has lost theirs."""

import click

from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command()
@click.argument("name")
@with_course
def password(course: Course, name: str) -> None:
    """Give the account NAME of the hub that ./kireji up starts a new password, and print it.

    The old one stops working. `./kireji up` shows the new one until the person has logged in."""
    from kireji.errors import KirejiError
    from kireji.hub import accounts

    word = accounts.renew_password(name, accounts.file_of(course))
    if word is None:
        known = ", ".join(sorted(accounts.load_accounts(accounts.file_of(course)))[:12])
        raise KirejiError(f"There is no account {name!r}. There are: {known}.")
    click.echo(f"The new password of {name}: {word}")
