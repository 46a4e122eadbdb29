"""What a worker of the tests' cluster runs first, by `dask worker --preload`: a course that needs
no sandbox, and a trap.

Of the first three submissions that are judged anywhere, one takes its worker captive: it waits to
be killed.
"""

import os
import time
from pathlib import Path

from kireji.course.layout import SETTING
from kireji.grading import cache
from tests.durability import world

CAPTIVE = 600  # seconds, at most


def redirect(root: Path) -> None:
    """Make the course in `root` this process's."""
    os.environ[SETTING] = str(root)
    cache.judge = world.judge
    cache.graders_version = lambda course, graders: "toy"


def judge(submission, assignment, secret, trusted=False):
    """The toy's judge, which leaves a trace of each call; the third caller is caught."""
    calls = Path(os.environ["KIREJI_TEST_CALLS"])
    number = len(list(calls.iterdir()))
    while True:  # a number of its own, whatever others take
        try:
            os.close(os.open(calls / f"{number}-{os.getpid()}", os.O_CREAT | os.O_EXCL))
            os.close(os.open(calls.with_name(f"turn-{number}"), os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            (calls / f"{number}-{os.getpid()}").unlink()
            number += 1
    if number == 2:
        calls.with_name("captive").write_text(str(os.getpid()))
        time.sleep(CAPTIVE)
    return world.judge(submission, assignment, secret, trusted)


def dask_setup(worker) -> None:
    redirect(Path(os.environ["KIREJI_TEST_COURSE"]))
    from kireji.batch.executors import dask

    dask.graders_version = cache.graders_version
    cache.judge = judge
