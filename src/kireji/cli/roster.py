"""`./kireji roster`: the class, from a CSV file."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from kireji.cli.with_course import with_course
from kireji.course.layout import COURSE_ID, Course


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_course
def roster(course: Course, file: Path) -> None:
    """Read the class from FILE: make an account for each person, and enter the students in the
    gradebook with name and mail.

    FILE is CSV; its first line names the columns: name, role (student or instructor), and if you
    like first_name, last_name, mail. It is read in whole or not at all; bad rows are named. Reading
    it again changes nothing, and no account is removed. New people get a password, which is
    printed."""
    from nbgrader.coursedir import CourseDirectory  # here: help stays fast

    from kireji.course.roster import load
    from kireji.errors import KirejiError
    from kireji.hub import accounts
    from kireji.nbgrader_plugins import enrol

    if course.roster.parent.is_dir():
        raise KirejiError(
            "In the compose deployment the class comes from roster.csv in the folder that"
            " KIREJI_ROSTER names (hub_config/compose/roster). Put it there, then: docker compose"
            " restart hub course"
        )
    people = load(file)
    if addresses := [person.name for person in people if "@" in person.name]:
        raise KirejiError(
            "Accounts of the hub that ./kireji up starts have no @ in their names"
            f" ({', '.join(addresses[:3])}): that is for the compose deployment. Nothing was"
            " changed."
        )
    entered = enrol.enter(
        people, CourseDirectory(root=str(course.root), course_id=COURSE_ID).db_url
    )
    new, changed = accounts.admit(
        {person.name: person.role for person in people}, accounts.file_of(course)
    )
    course.audit.record(
        "took in a roster",
        str(file),
        by="command line",
        new=" ".join(account.name for account in new),
        other_role=" ".join(changed),
        gradebook=" ".join(entered),
    )
    console = Console(highlight=False)
    if new:
        table = Table("account", "role", "password", box=None, pad_edge=False, padding=(0, 3, 0, 0))
        for account in new:
            table.add_row(account.name, account.role, account.password)
        console.print(table)
    console.print(
        f"{len(people)} people: {len(new)} new accounts, {len(changed)} with another role than"
        f" before, {len(entered)} new or changed in the gradebook.",
        soft_wrap=True,
    )
    if new or changed:
        console.print("If ./kireji up is running, end it and start it again: it then knows them.")
