"""Grades a class in several processes, as `./kireji grade` does, and is interrupted as by Ctrl-C.
Prints what came of it as JSON.

    python -P -m tests.durability.interrupted FOLDER

Each round is a session of its own. Its whole process group gets the signal, as a terminal sends
it. The judge is a toy; what forks the judges, what records and what reports are the real ones.
"""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor
from io import StringIO
from pathlib import Path

from nbgrader.api import Gradebook
from rich.console import Console

from kireji.batch import judge_pool
from kireji.batch.executors import forkserver
from kireji.cli.grade import grade_all
from kireji.errors import KirejiError
from tests.batch import cluster_course, cluster_worker
from tests.durability.world import NAME

MAX_WAIT_SECONDS = 240  # seconds for anything on a busy machine
WORKERS = 2


def judged(root: str, task: judge_pool.JudgeTask) -> judge_pool.JudgeOutcome:
    """Judge in a process that knows nothing of the toy course yet."""
    cluster_worker.redirect(Path(root))
    if os.environ.get("KIREJI_TEST_CALLS"):
        cluster_worker.cache.judge = cluster_worker.judge  # the third waits to be interrupted
    return judge_pool.judge_task(task)


class There(Executor):
    """The forks, each of which goes to the toy course first."""

    def __init__(self, root: Path) -> None:
        self.root, self.forks = root, forkserver.ForkserverExecutor(WORKERS)

    def submit(self, call, /, task):
        assert call is judge_pool.judge_task
        return self.forks.submit(judged, str(self.root), task)

    def shutdown(self, wait=True, *, cancel_futures=False):
        self.forks.shutdown(wait, cancel_futures=cancel_futures)


def grade(root: Path) -> None:
    """One call of the command, in this process; how it ended is its last line."""
    # a toy needs neither torch nor sandbox
    forkserver.PRELOADED = cluster_worker.__name__
    forkserver.open_backend.zygote_address = lambda: None
    course = cluster_course.open_course(root)
    course.collect = lambda name: None
    out = StringIO()
    try:
        grade_all(course, [NAME], None, False, WORKERS, Console(file=out, width=200), There(root))
    except KirejiError as stopped:
        print(stopped)
    else:
        print("to the end")


def in_a_session(root: Path, calls: Path | None) -> tuple[str, bool]:
    """The last line of a round, and whether all its processes are gone. With `calls` it is
    interrupted while one is being judged."""
    environment = os.environ | ({"KIREJI_TEST_CALLS": str(calls)} if calls else {})
    round_ = subprocess.Popen(
        [sys.executable, "-P", "-m", "tests.durability.interrupted", str(root), "grade"],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    if calls:
        cluster_course.wait_for(calls.with_name("captive"), round_)
        os.killpg(round_.pid, signal.SIGINT)
        try:
            round_.wait(timeout=60)
        except (
            subprocess.TimeoutExpired
        ):  # Python drops an interrupt that comes in a destructor; people press again
            os.killpg(round_.pid, signal.SIGINT)
    said, errors = round_.communicate(timeout=MAX_WAIT_SECONDS)
    if round_.returncode:
        raise SystemExit(errors[-3000:])
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while (left := _alive(round_.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return said.splitlines()[-1], not left


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def recorded(root: Path) -> dict:
    """What the gradebook and the graded notebooks say."""
    course = cluster_course.open_course(root)
    with Gradebook(course.directory.db_url, course.directory.course_id) as book:
        students = [submission.student_id for submission in book.assignment_submissions(NAME)]
    return {
        who: [students.count(who), *course.score(NAME, who), course.report(NAME, who).as_dict()]
        for who in sorted(students)
    }


def run(folder: Path) -> dict:
    for name in ("interrupted", "whole"):
        cluster_course.make_course(folder / name)
    (folder / "calls").mkdir()
    stopped, gone = in_a_session(folder / "interrupted", folder / "calls")
    # those that are recorded whole: the one in hand may have a row in the gradebook already
    some = len(list((folder / "interrupted").glob(f"autograded/*/{NAME}/{NAME}.ipynb")))
    ended, gone_again = in_a_session(folder / "interrupted", None)
    in_a_session(folder / "whole", None)
    return {
        "stopped": stopped,
        "some": some,
        "ended": ended,
        "gone": gone and gone_again,
        "interrupted": recorded(folder / "interrupted"),
        "whole": recorded(folder / "whole"),
    }


if __name__ == "__main__":
    if sys.argv[2:] == ["grade"]:
        grade(Path(sys.argv[1]))
    else:
        print(json.dumps(run(Path(sys.argv[1]))))
