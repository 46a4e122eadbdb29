"""`./kireji docs`: the documentation as a site, built with Sphinx."""

import subprocess
import sys

import click

from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.installation import clone
from kireji.setup.environment import docs_step, environment_steps
from kireji.setup.steps import complete


@click.command()
def docs() -> None:
    """Build the documentation as a site, with search, in var/site.

    Writes the pages of docs/reference/ anew from the code, then builds. A link that leads nowhere
    and every other warning of Sphinx is an error. The first run installs Sphinx."""
    root = clone()
    var = Course(root).var
    site = var / "site"
    complete([*environment_steps(), docs_step()], var)
    run = [sys.executable, "-m"]
    for command in (
        [*run, "docs.generate"],
        # -W: warnings are errors. -n: unknown references are warnings. -E: read every page anew.
        [*run, "sphinx", "-W", "--keep-going", "-n", "-E", "-q", "-b", "html", "docs", str(site)],
    ):
        if subprocess.run(command, cwd=root).returncode != 0:
            raise KirejiError("The documentation was not built; the lines above say why.")
    click.echo(f"The documentation is built. Open {site / 'index.html'} in a browser.")
