"""Grades a class on a cluster where all workers are killed, twice: once without new ones, and once
with.

    python -P -m tests.batch.deserted_course FOLDER

Prints what came of it as JSON. Redirects its process's paths, as the workers' preload does, so it
needs a process of its own.
"""

import json
import subprocess
import sys
import threading
from collections import Counter
from contextlib import ExitStack
from io import StringIO
from pathlib import Path

from distributed import Client
from nbgrader.api import Gradebook
from rich.console import Console

from kireji.batch.executors import dask
from kireji.batch.executors.dask import Cluster
from kireji.cli.grade import grade_all
from kireji.errors import KirejiError
from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse
from tests.batch.cluster_course import (
    MAX_WAIT_SECONDS,
    STUDENTS,
    make_course,
    start,
    wait_for,
    worker,
)
from tests.durability.world import NAME


def grade(course: NbgraderCourse, address: str) -> str:
    """`./kireji grade --cluster ADDRESS`: how it ended."""
    try:
        with Cluster(address) as place:
            grade_all(
                course,
                [NAME],
                None,
                False,
                place.workers,
                Console(file=StringIO(), width=200),
                place,
            )
    except KirejiError as error:
        return str(error)
    return "to the end"


def recorded(course: NbgraderCourse) -> dict[str, int]:
    with Gradebook(course.directory.db_url, course.directory.course_id) as book:
        return Counter(submission.student_id for submission in book.assignment_submissions(NAME))


def workers(
    stack: ExitStack, folder: Path, name: str, address: str, count: int
) -> tuple[list[subprocess.Popen], Path]:
    """So many more workers, and the folder of their round, in which the third call is caught."""
    place = folder / name
    (place / "calls").mkdir(parents=True, exist_ok=True)
    made = [worker(stack, place, folder / "course", address) for _ in range(count)]
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=MAX_WAIT_SECONDS)
    return made, place


def run(folder: Path) -> dict:
    course, found = make_course(folder / "course"), {}
    course.collect = lambda name: None
    dask.POLL_SECONDS = 0.2
    with ExitStack() as stack:
        start(
            stack,
            folder,
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--no-show",
            "--scheduler-file",
            str(folder / "scheduler.json"),
        )
        address = json.loads(wait_for(folder / "scheduler.json"))["address"]

        def kill(all_of_them: list[subprocess.Popen], place: Path, then: int) -> threading.Thread:
            def killer() -> None:
                wait_for(place / "captive")
                for one in all_of_them:
                    one.kill()
                if then:
                    workers(stack, folder, place.name, address, then)

            thread = threading.Thread(target=killer)
            thread.start()
            return thread

        dask.DESERTED = 1.0
        killing = kill(*workers(stack, folder, "first", address, 2), 0)
        found["deserted"] = grade(course, address)
        killing.join()
        found["after deserted"] = recorded(course)

        dask.DESERTED = MAX_WAIT_SECONDS
        killing = kill(*workers(stack, folder, "second", address, 1), 1)
        found["relieved"] = grade(course, address)
        killing.join()
    found["recorded"] = recorded(course)
    found["scores"] = {who: course.score(NAME, who)[0] for who in STUDENTS}
    return found


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
