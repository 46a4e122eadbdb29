"""Hands in again and again while a watch grades. Prints what came of it as JSON.

python -P -m tests.durability.watched FOLDER limited|best|together
"""

import json
import os
import shutil
import sys
from pathlib import Path

from nbgrader.api import Gradebook

from tests.durability.world import NAME, World


def hand_in(world: World, answer: int) -> None:
    world.answer(answer)
    world.submit("alice")


def state(world: World) -> dict:
    """What Alice has now: points of the first cell, her pages, what was decided about each attempt,
    what her list says."""
    folders = world.root / "exchange" / world.course.directory.course_id
    notes = json.loads((folders / "feedback" / "alice" / "attempts.json").read_text())[NAME]
    return {
        "points": world.scores()["alice"][0],
        "pages": len(world.released_pages("alice")),
        "decided": [attempt.state for attempt in world.course.attempts(NAME, "alice").all()],
        "note": notes["notes"][max(notes["notes"])],
        "page": world.course.feedback_page(NAME, "alice")
        .read_text()
        .split('class="attempts">')[-1]
        .split("</p>")[0],
    }


def limited(folder: Path) -> dict:
    """Two attempts are graded at once, and the last counts."""
    world = World(folder / "c", folder / "kept", {"attempts": 2})
    found = {}
    for answer in (5, 7):
        hand_in(world, answer)
        world.watch()
        found[f"after {answer}"] = state(world)
    for name in ("over the limit", "after tidying up"):
        hand_in(world, 8)
        world.watch()
        found[name] = state(world)
        inbound = world.root / "exchange" / world.course.directory.course_id / "inbound" / "alice"
        for submission in inbound.iterdir():  # the student may think that this helps
            shutil.rmtree(submission)
    found["graded"] = world.grade()
    found["after the instructor"] = state(world)
    return found


def best(folder: Path) -> dict:
    """The best counts; late work loses half."""
    world = World(folder / "c", folder / "kept", {"attempts": 0, "counts": "best"})
    found = {}
    for answer in (8, 5, 9):
        hand_in(world, answer)
        world.watch()
        found[f"after {answer}"] = state(world)
    with Gradebook(world.course.directory.db_url, world.course.directory.course_id) as book:
        # all of these are in time
        book.find_assignment(NAME).duedate = world.course.attempts(NAME, "alice").all()[-1].came
        book.db.commit()
    world.grade()
    hand_in(world, 10)
    world.watch()
    found["better, and late"] = state(world) | {"late": world.scores()["alice"]}
    world.grade()
    found["graded again"] = state(world)
    return found


def together(folder: Path) -> dict:
    """`./kireji grade` in another process, at the very time when the watch records the same."""
    world = World(folder / "c", folder / "kept", {"attempts": 0})
    hand_in(world, 7)
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        os.write(ready[1], b"x")
        os.read(go[0], 1)
        try:
            world.course.collect(NAME)
            world.course.grade(NAME, "alice")
        except BaseException as error:
            (folder / "said").write_text(str(error))
        os._exit(0)
    os.read(ready[0], 1)
    grade = world.course.grade

    def grade_beside(assignment: str, student: str) -> None:
        os.write(go[1], b"x")
        grade(assignment, student)

    world.course.grade = grade_beside
    told = world.watch()
    os.waitpid(child, 0)
    said = (folder / "said").read_text() if (folder / "said").exists() else ""
    return state(world) | {"told": told, "said": said, "nothing left": world.grade()}


if __name__ == "__main__":
    folder, which = Path(sys.argv[1]), sys.argv[2]
    print(json.dumps({"limited": limited, "best": best, "together": together}[which](folder)))
