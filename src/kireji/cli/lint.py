"""`./kireji lint`: ruff and mypy, at the versions of requirements-lint.lock."""

import subprocess

import click

from kireji import installation
from kireji.course.layout import Course
from kireji.setup.environment import lint_step
from kireji.setup.steps import complete
from kireji.setup.venv import VENV


@click.command()
@click.option("--fix", is_flag=True, help="Format, and mend what ruff can mend, before checking.")
@click.pass_context
def lint(context: click.Context, fix: bool) -> None:
    """Check the code: layout and style by ruff, types by mypy.

    The tools are installed into .venv at the first call. All of them run, also when one finds
    something; the exit status is 1 if any does. Their settings are in pyproject.toml."""
    root = installation.clone()
    complete([lint_step()], Course(root).var)
    ruff, mypy = str(VENV / "bin" / "ruff"), str(VENV / "bin" / "mypy")
    if fix:
        subprocess.run([ruff, "check", "--fix-only", "--quiet", "."], cwd=root, check=False)
        subprocess.run([ruff, "format", "--quiet", "."], cwd=root, check=False)
    found = []
    for command in ([ruff, "check"], [ruff, "format", "--check"], [mypy]):
        name = " ".join(["ruff" if command[0] == ruff else "mypy", *command[1:]])
        click.echo(f"{name}: ", nl=False)
        if subprocess.run(command, cwd=root, check=False).returncode:
            found.append(name)
    if found:
        click.echo(f"Not clean: {', '.join(found)}.", err=True)
    context.exit(1 if found else 0)
