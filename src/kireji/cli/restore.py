"""`./kireji restore`: a saved course, in a fresh clone."""

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from kireji.cli.backup import refuse_in_a_service
from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--overwrite-the-course-that-is-here",
    "overwrite",
    is_flag=True,
    help=(
        "Throw away the accounts, homes, submissions and grades that are here, and put those of"
        " FILE in their place."
    ),
)
@with_course
def restore(course: Course, file: Path, overwrite: bool) -> None:
    """Put back the course that `./kireji backup` saved in FILE (- is standard input). The hub must
    not be up.

    Everything is unpacked and compared with its checksums first; only then anything here is
    changed. Refuses where there is a course already."""
    from kireji.backup.archive import Reader  # here: help stays fast
    from kireji.backup.restore import restore
    from kireji.course.settings import load
    from kireji.errors import KirejiError
    from kireji.hub.embedded.lifecycle import take_lock
    from kireji.hub.service_lock import keep_stopped

    name = "The archive" if file == Path("-") else str(file)
    refuse_in_a_service("-T keeper restore - < FILE")
    in_compose = load().in_compose
    start = "docker compose up -d" if in_compose else "./kireji up"
    with ExitStack() as stopped:
        if in_compose:
            stopped.enter_context(keep_stopped(course.hub_lock, "hub"))
            stopped.enter_context(keep_stopped(course.service_lock, "course service"))
        else:
            stopped.enter_context(take_lock(course))
        try:
            stream = sys.stdin.buffer if file == Path("-") else file.open("rb")
        except OSError as error:
            raise KirejiError(f"{file} cannot be read: {error.strerror}.") from None
        with stream:
            restored = restore(course, Reader(stream, name), overwrite)
    course.audit.record("restored a backup", name, by="command line", made=restored.made)
    click.echo(f"Restored {restored.files} files, as they were on {restored.made}. Next: {start}")
    for changed, saved in restored.settings.items():
        click.echo(f"{changed} differs from the saved one, which is next to it: {saved}.")
