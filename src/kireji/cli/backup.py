"""`./kireji backup`: everything that the course has, into one file."""

import sys
from datetime import datetime
from pathlib import Path

import click

from kireji.cli.with_course import with_course
from kireji.course.layout import Course


def refuse_in_a_service(instead: str) -> None:
    """KirejiError inside a service of the compose deployment: it sees only its own part of the
    state. `instead` is what the keeper's container is given."""
    from kireji.course.settings import value
    from kireji.errors import KirejiError

    if value("sandbox_sockets"):
        raise KirejiError(
            "This service sees only a part of the course. On the machine itself: "
            f"docker compose run --rm {instead}"
        )


@click.command()
@click.argument(
    "file",
    required=False,
    metavar="[FILE]",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
)
@with_course
def backup(course: Course, file: Path | None) -> None:
    """Save the course's whole state into FILE: kireji-backup-DATE.tar.gz in this folder, if none is
    given.

    Accounts, homes, the exchange, submissions, grades, feedback, the secret and the settings. The
    hub may be up and people may work meanwhile. FILE holds passwords, the course's secret and
    everybody's grades: keep it where only you can read it. A FILE of - is standard output."""
    from kireji.backup.save import new_file, save  # here: help stays fast
    from kireji.errors import KirejiError

    refuse_in_a_service("-T keeper backup - > FILE")

    def tell(sentence: str) -> None:
        click.echo(sentence, err=True)

    if file == Path("-"):
        saved = save(course, sys.stdout.buffer, tell)
    else:
        file = file or Path(f"kireji-backup-{datetime.now():%Y%m%d-%H%M%S}.tar.gz")
        try:
            with new_file(file) as stream:
                saved = save(course, stream, tell)
        except OSError as error:
            raise KirejiError(
                f"{file} cannot be written: {error.strerror}. No part of the file is left."
            ) from None
    for sentence in saved.left_out:
        tell(sentence)
    packed = (
        ""
        if file == Path("-")
        else f", packed into {file.stat().st_size / 2**20:.0f} MiB as {file}"
    )
    course.audit.record("saved a backup", str(file), by="command line", files=saved.files)
    tell(
        f"Saved {saved.files} files, {saved.size / 2**20:.0f} MiB{packed}. Keep it safe: it holds"
        " passwords and the course's secret."
    )
