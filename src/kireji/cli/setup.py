"""`./kireji setup`: the launcher has done all the work by the time this runs."""

import click

from kireji import paths


@click.command()
def setup() -> None:
    """Set up this folder and do nothing else.

    Makes .venv, installs the packages of requirements.lock, fetches the sentences and generates release/.
    Run it again after a `git pull`: only what changed is done."""
    click.echo(f"Kireji is set up in {paths.ROOT}. Next: ./kireji up")
