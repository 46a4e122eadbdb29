"""`./kireji restore`: a saved course, in a fresh clone."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--overwrite-the-course-that-is-here", "overwrite", is_flag=True,
              help="Throw away the accounts, homes, submissions and grades that are here, and put those of FILE in their place.")
def restore(file: Path, overwrite: bool) -> None:
    """Put back the course that `./kireji backup` saved in FILE (- is standard input). The hub must not be up.

    Everything is unpacked and compared with its checksums first; only then anything here is changed. Refuses where there is a
    course already."""
    from kireji.backup.archive import Reader            # here: help stays fast
    from kireji.backup.restore import restore
    from kireji.errors import KirejiError
    from kireji.hub.lifecycle import take_lock

    name = "The archive" if file == Path("-") else str(file)
    with take_lock():
        try:
            stream = sys.stdin.buffer if file == Path("-") else file.open("rb")
        except OSError as error:
            raise KirejiError(f"{file} cannot be read: {error.strerror}.") from None
        with stream:
            restored = restore(Reader(stream, name), overwrite)
    click.echo(f"Restored {restored.files} files, as they were on {restored.made}. Next: ./kireji up")
    for changed, saved in restored.settings.items():
        click.echo(f"{changed} differs from the one that was saved, which was put beside it as {saved}: compare them.")
