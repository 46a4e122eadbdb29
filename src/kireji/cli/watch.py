"""`./kireji watch`: grade what is handed in the moment it arrives."""

import signal
from datetime import datetime
from threading import Event

import click

from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command()
@click.option(
    "--trust-submissions",
    is_flag=True,
    help="Grade even where nothing walls submissions in (no bubblewrap).",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="How many to judge at a time; as many as processors unless told.",
)
@click.option("--service", is_flag=True, hidden=True, help="Started by a hub.")
@with_course
def watch(course: Course, trust_submissions: bool, workers: int | None, service: bool) -> None:
    """Grade what students submit within moments, and give back automatic feedback, until Ctrl-C.

    Also releases and withdraws assignments at their time. A running hub does all of this by itself.
    How many attempts are graded this way, whether feedback goes back at once, and whether the last
    or the best attempt counts is set in var/calendar.toml, for the course or an assignment. Nothing
    is lost when it is stopped: the next one goes on.
    """
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stop.set())
    # here: torch and nbgrader take a second to import
    from kireji.batch.grade_on_submit import Watch, take_lock
    from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse

    def tell(sentence: str) -> None:
        click.echo(f"{datetime.now():%H:%M:%S}  {sentence}")

    lock = take_lock(course)
    try:
        graded = NbgraderCourse(course, trust_submissions)
        graded.make_ready(tell)
        tell(
            "Watching for submissions. Ctrl-C ends it; what arrives meanwhile is graded by the next"
            " one."
        )
        Watch(graded, tell, workers, by_hand=not service).run(stop)
        tell("Stopped.")
    finally:
        lock.release()
