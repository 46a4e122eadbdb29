"""A class that is graded already is graded again, each time after another change. Prints who was
recorded anew, as JSON.

    python -P -m tests.durability.again FOLDER
"""

import json
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from io import StringIO
from pathlib import Path

from nbgrader.api import Gradebook
from rich.console import Console

from kireji.batch.grade_class import grade_many
from kireji.batch.judge_pool import Here
from kireji.cli.grade import grade_all
from kireji.errors import KirejiError
from kireji.grading import cache
from kireji.grading.judge import Judgement
from kireji.testing.report import TestReport
from tests.durability.kills import in_a_child
from tests.durability.world import CELLS, NAME, OLD, World, judge

ALICE = "alice"


@contextmanager
def hers(world: World):
    """What the gradebook has of alice's notebook, to be changed."""
    with Gradebook(world.course.directory.db_url, world.course.directory.course_id) as book:
        yield book.find_submission_notebook(NAME, NAME, ALICE)
        book.db.commit()


def another_score(world: World) -> None:
    with hers(world) as notebook:
        notebook.grades[0].auto_score = 9.0


def another_due_date(world: World) -> None:
    with hers(world) as notebook:
        notebook.assignment.assignment.duedate = datetime(2100, 1, 1)


def points_by_hand(world: World) -> None:
    with hers(world) as notebook:
        notebook.grades[0].manual_score, notebook.grades[0].needs_manual_grade = 8.0, False
        notebook.late_submission_penalty = 5.5  # of the points that she has now


def the_same_later(world: World) -> None:
    world.answer(OLD)
    world.submit(ALICE)


def half_a_notebook(world: World) -> None:
    graded = world.course.graded(NAME, ALICE) / f"{NAME}.ipynb"
    os.chmod(graded, 0o644)
    graded.write_bytes(graded.read_bytes()[:100])


def other_graders(world: World) -> None:
    cache.graders_version = lambda course, graders: "toy, changed"


def the_best_counts(world: World) -> None:
    world.course.config.GradeOnSubmit.counts = "best"


def unsure(world: World) -> None:
    """Judged on a machine so busy that a hidden test ran out of time: judging again may end
    otherwise."""

    def judge_late(*arguments, **named) -> Judgement:
        judgement = judge(*arguments, **named)
        judgement.report.cells[0].tests = [
            TestReport("test", "Title", "timeout", 0.0, 1, "Out of time")
        ]
        return judgement

    cache.judge, cache.graders_version = judge_late, lambda course, graders: "toy, late"
    grade_again(world)


def grade_again(world: World) -> None:
    grade_all(world.course, [NAME], None, True, 1, Console(file=StringIO()), Here())


def nothing(world: World) -> None:
    """Nothing changes."""


def recorded_anew(world: World, change: Callable[[World], None]) -> str:
    change(world)
    recorded, autograde = [], world.course.api.autograde

    def listen(assignment: str, student: str, **named) -> dict:
        recorded.append(student)
        return autograde(assignment, student, **named)

    world.course.api.autograde = listen
    book = world.root / "gradebook.db"
    before = book.read_bytes()
    grade_again(world)
    with hers(world) as notebook:
        scores = {
            grade.name: [grade.auto_score, grade.manual_score, grade.needs_manual_grade]
            for grade in notebook.grades
        }
        found = {
            "anew": recorded,
            "scores": [scores[name] for name in CELLS],
            "penalty": notebook.late_submission_penalty,
        }
    return json.dumps(found | {"untouched": before == book.read_bytes()})


def held(world: World) -> str:
    """Another program takes the gradebook for itself just when it is to be read."""
    holder = sqlite3.connect(world.root / "gradebook.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        return f"no sentence: {list(grade_many(world.course, [(NAME, ALICE)]))}"
    except KirejiError as error:
        return str(error)


def run(folder: Path) -> dict:
    world, found = World(folder / "c", folder / "kept"), {}
    world.keep("state")
    for change in (
        nothing,
        another_score,
        another_due_date,
        points_by_hand,
        the_same_later,
        half_a_notebook,
        other_graders,
        the_best_counts,
        unsure,
    ):
        world.restore("state")
        found[change.__name__] = json.loads(
            in_a_child(lambda change=change: recorded_anew(world, change))[1]
        )
    world.restore("state")
    return found | {"held": in_a_child(lambda: held(world))[1]}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
