"""Kills whatever carries out runs at random moments, and prints what is left as JSON.

python -P -m tests.runs.killed FOLDER SEED
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

from kireji import runs
from kireji.batch.carry_out import carry_out
from kireji.batch.judge_pool import Here
from kireji.course.layout import Course
from kireji.runs.running import take
from tests.durability.world import NAME, STUDENTS, World

MAX_KILLS = 25
MAX_SECONDS = 0.5  # until a kill; the runs take about three times that on an idle machine


def work_off(world: World, course: Course) -> None:
    while running := take(course):
        with running:
            carry_out(world.course, running, lambda said: None, 1, lambda count: Here())


def in_a_child(world: World, course: Course, kill_after: float | None) -> bool:
    """Work in a fork; whether it was killed."""
    child = os.fork()
    if not child:
        try:
            work_off(world, course)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or not os.WEXITSTATUS(status)
    return os.WIFSIGNALED(status)


def main(folder: Path, seed: int) -> dict[str, object]:
    world = World(folder / "c", folder / "kept")
    course = Course(world.root)
    for student in STUDENTS:
        world.submit(student)
    for kind in (runs.RunKind.GRADE, runs.RunKind.GRADE_AGAIN, runs.RunKind.RETURN_FEEDBACK):
        runs.submit(course, kind, NAME, by="ada")
    moments, kills = random.Random(seed), 0
    for _ in range(MAX_KILLS):
        kills += in_a_child(world, course, moments.uniform(0.05, MAX_SECONDS))
        if not runs.list_runs(course, [runs.RunState.WAITING, runs.RunState.RUNNING]):
            break
    in_a_child(world, course, None)
    return {
        "kills": kills,
        "runs": [
            [run.kind, run.state, run.done, run.total, run.result]
            for run in reversed(runs.list_runs(course))
            if run.by == "ada"
        ],
        "scores": world.scores(),
        "pages": [len(world.released_pages(student)) for student in STUDENTS],
        "left": sorted(path.name for path in (course.var / "runs").iterdir()),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
