"""The command group. A command's module is imported only when that command is called: help stays
fast."""

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from kireji import installation
from kireji.commands import COMMANDS, page, unknown
from kireji.course.layout import SETTING, find_course, open_course
from kireji.errors import KirejiError
from kireji.hub.compose import course_log
from kireji.version import version


class Commands(click.Group):
    """The commands of `kireji.commands`; an error that is the user's to mend is one sentence,
    without a trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        return getattr(import_module(f"kireji.cli.{name}"), name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS:
            ctx.fail(unknown(args[0]))
        found = super().resolve_command(ctx, args)
        if installation.CLONE is None and not {"-h", "--help"} & set(args):
            set_up_package()
        return found

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(page())

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KirejiError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)


def set_up_package() -> None:
    """Bring the course up to date, as the launcher does in a clone; a package has no launcher."""
    from kireji.setup.course import set_up_course
    from kireji.setup.venv import activated

    os.environ["PATH"] = activated(os.environ)["PATH"]  # nbgrader calls alembic by name
    set_up_course(find_course())


def choose_course(ctx: click.Context, option: click.Parameter, folder: Path | None) -> None:
    """Have this process, and those that it starts, work on the course in `folder`."""
    if folder is None:
        return
    try:
        os.environ[SETTING] = str(open_course(folder).root)
    except KirejiError as error:
        click.echo(str(error), err=True)
        ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), "-V", "--version", message="Kireji %(version)s")
@click.option(
    "--course",
    type=click.Path(path_type=Path),
    metavar="DIR",
    expose_value=False,
    is_eager=True,  # before a command is imported
    callback=choose_course,
)
def kireji() -> None:
    pass


def main() -> None:
    course_log.tell(f"kireji {' '.join(sys.argv[1:])}")
    kireji(prog_name="./kireji")
