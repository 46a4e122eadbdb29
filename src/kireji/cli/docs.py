"""`./kireji docs`: the documentation as a site, built with Sphinx."""

import subprocess
import sys

import click

from kireji import paths
from kireji.errors import KirejiError
from kireji.setup.environment import docs_step, environment_steps
from kireji.setup.steps import complete

SITE = paths.VAR / "site"


@click.command()
def docs() -> None:
    """Build the documentation as a site, with search, in var/site.

    Writes the pages of docs/reference/ anew from the code, then builds. A link that leads nowhere
    and every other warning of Sphinx is an error. The first run installs Sphinx."""
    complete([*environment_steps(), docs_step()])
    run = [sys.executable, "-m"]
    for command in (
        [*run, "docs.generate"],
        # -W: warnings are errors. -n: unknown references are warnings. -E: read every page anew.
        [*run, "sphinx", "-W", "--keep-going", "-n", "-E", "-q", "-b", "html", "docs", str(SITE)],
    ):
        if subprocess.run(command, cwd=paths.ROOT, env=None).returncode != 0:
            raise KirejiError("The documentation was not built; the lines above say why.")
    click.echo(f"The documentation is built. Open {SITE / 'index.html'} in a browser.")
