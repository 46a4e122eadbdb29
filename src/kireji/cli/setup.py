"""`./kireji setup`: the launcher has done all the work by the time this runs."""

import click

from kireji import installation
from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command()
@click.option("--cluster", is_flag=True, help="Also what ./kireji grade --cluster needs (Dask).")
@with_course
def setup(course: Course, cluster: bool) -> None:
    """Set up this folder and do nothing else.

    Makes .venv, installs the packages of requirements.lock, fetches the sentences and generates
    release/. Run it again after a `git pull`: only what changed is done."""
    if cluster:
        from kireji.setup.environment import cluster_step, environment_steps
        from kireji.setup.steps import complete

        clone = Course(installation.clone())
        complete([*environment_steps(), cluster_step()], clone.var)
    click.echo(f"Kireji is set up in {course.root}. Next: ./kireji up")
