"""Grades a class on a cluster of three worker processes while one of them is killed. Prints what
came of it as JSON.

    python -P -m tests.batch.cluster_course FOLDER

Redirects its process's paths, as the workers' preload does, so it needs a process of its own.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from kireji.batch.executors import dask
from kireji.batch.executors.dask import Cluster
from kireji.batch.grade_class import grade_many
from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse
from tests.batch import cluster_worker
from tests.durability.world import NAME, answered, source

STUDENTS = [f"student{number}" for number in range(8)]
WORKERS = 3
MAX_WAIT_SECONDS = 240  # seconds for anything on a busy machine


def make_course(root: Path) -> NbgraderCourse:
    """A toy course with a submission of everybody in hand; the answer of student N is N."""
    (root / "source" / NAME).mkdir(parents=True)
    (root / "var").mkdir()
    nbformat.write(source(), root / "source" / NAME / f"{NAME}.ipynb")
    course = open_course(root)
    assert course.api.generate_assignment(NAME)["success"]
    for number, student in enumerate(STUDENTS):
        folder = course.submitted(NAME, student)
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_bytes(answered(number))
        (folder / "timestamp.txt").write_text("2026-01-02 03:04:05.000000 UTC")
    return course


def open_course(root: Path) -> NbgraderCourse:
    """The course in `root`, which becomes this process's."""
    cluster_worker.redirect(root)
    dask.graders_version = cluster_worker.cache.graders_version

    return NbgraderCourse(Course(root))


def start(stack: ExitStack, folder: Path, *words: str, **settings: str) -> subprocess.Popen:
    """A Dask program that ends with `stack`."""
    command = [str(Path(sys.executable).with_name("dask")), *words]
    with (folder / "dask.log").open("ab") as log:
        program = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env=os.environ | settings
        )
    stack.callback(program.wait)
    stack.callback(program.kill)
    return program


def wait_for(path: Path, program: subprocess.Popen | None = None) -> str:
    """What is written to `path`. AssertionError if nothing is, or if `program` ends before."""
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while not path.exists() or not path.read_text():
        if program and program.poll() is not None:
            raise AssertionError(f"{path.name} did not come: {program.communicate()}")
        assert time.monotonic() < deadline, f"{path.name} did not come"
        time.sleep(0.05)
    return path.read_text()


def worker(stack: ExitStack, folder: Path, course: Path, address: str) -> subprocess.Popen:
    return start(
        stack,
        folder,
        "worker",
        address,
        "--host",
        "127.0.0.1",
        "--no-nanny",
        "--no-dashboard",
        "--local-directory",
        str(folder),
        "--preload",
        "tests.batch.cluster_worker",
        "--nthreads",
        "1",
        KIREJI_TEST_COURSE=str(course),
        KIREJI_TEST_CALLS=str(folder / "calls"),
    )


def refusal(address: str) -> str:
    try:
        with Cluster(address):
            return "not refused"
    except KirejiError as error:
        return str(error)


def run(folder: Path) -> dict:
    course, found, killed = make_course(folder / "course"), {}, []
    (folder / "calls").mkdir()
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
        found["no worker"] = refusal(address)
        for _ in range(WORKERS):
            worker(stack, folder, folder / "course", address)
        while "has no worker" in refusal(address):
            pass
        with Cluster(address) as place:
            place.client.wait_for_workers(WORKERS, timeout=MAX_WAIT_SECONDS)

            def kill() -> None:
                killed.append(int(wait_for(folder / "captive")))
                os.kill(killed[0], signal.SIGKILL)

            killer = threading.Thread(target=kill)
            killer.start()
            done = list(
                grade_many(
                    course,
                    [(NAME, who) for who in STUDENTS],
                    WORKERS,
                    open_executor=lambda count: place,
                )
            )
            killer.join()
    found["done"] = [[who, reason] for _, who, reason in done]
    found["scores"] = {who: course.score(NAME, who)[0] for who in STUDENTS}
    with Gradebook(course.directory.db_url, course.directory.course_id) as book:
        found["recorded"] = Counter(
            submission.student_id for submission in book.assignment_submissions(NAME)
        )
    callers = [path.name.split("-") for path in (folder / "calls").iterdir()]
    found["judged"], found["by"] = len(callers), len({pid for _, pid in callers})
    found["killed"] = killed[0] in {int(pid) for _, pid in callers}
    return found


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
