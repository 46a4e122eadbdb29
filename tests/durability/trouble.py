"""Troubles with the gradebook, one after another, each from the same state. Prints what was said
and lost as JSON.

    python -P -m tests.durability.trouble FOLDER
"""

import json
import sqlite3
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console

from kireji.batch.judge_pool import Here
from kireji.cli.grade import grade_all
from kireji.errors import KirejiError
from kireji.grading import cache
from tests.durability.kills import go_on, in_a_child, look_at_the_wreck
from tests.durability.world import NAME, STUDENTS, World


class Listener(StringIO):
    """What the instructor reads; lets go of the gradebook when told that somebody waits for it."""

    holder: sqlite3.Connection

    def write(self, text: str) -> int:
        if "Another program" in text and self.holder.in_transaction:
            self.holder.rollback()
        return super().write(text)


def hold(path: Path) -> sqlite3.Connection:
    """Be another program that writes."""
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    return holder


def busy(world: World) -> str:
    listener = Listener()
    listener.holder = hold(world.root / "gradebook.db")
    grade_all(world.course, [NAME], None, False, 1, Console(file=listener, width=200), Here())
    return listener.getvalue()


def seized(world: World) -> str:
    """Another program takes the gradebook in the middle of `autograde`, and keeps it."""
    held, recall = [], cache.judge_or_recall

    def recall_and_hold(*arguments):
        held.append(hold(world.root / "gradebook.db"))
        return recall(*arguments)

    cache.judge_or_recall = recall_and_hold
    return sentence(world)


def sentence(world: World) -> str:
    try:
        return f"no sentence: {world.grade()}"
    except KirejiError as error:
        return str(error)


def broken(world: World, damage: str) -> str:
    book = world.root / "gradebook.db"
    if damage == "damaged":
        book.write_bytes(book.read_bytes()[:30_000] + b"\xff" * 20_000)
    else:
        book.unlink()
        if damage == "is empty":
            book.touch()
    before = book.read_bytes() if book.exists() else None
    said = sentence(world)
    assert (book.read_bytes() if book.exists() else None) == before, "it was changed"
    return said


def follow_the_advice(world: World, said: str) -> list[str]:
    command = said.split("Put it back with: ")[1].split("; then")[0]
    subprocess.run(command, shell=True, check=True)
    grade_all(world.course, [NAME], None, True, 1, Console(file=StringIO()), Here())
    return look_at_the_wreck(world) + go_on(world, "grade")


def run(folder: Path) -> dict:
    world, found = World(folder / "c", folder / "kept"), {}
    for who in STUDENTS:
        world.submit(who)
    world.collect()
    world.keep("state")
    for name, trouble in {"busy": busy, "seized": seized}.items():
        world.restore("state")
        found[name] = in_a_child(lambda trouble=trouble: trouble(world))[1]
        found[f"{name}_lost"] = in_a_child(
            lambda: "\n".join(look_at_the_wreck(world) + go_on(world, "grade"))
        )[1].splitlines()
    for damage in ("damaged", "is not there", "is empty"):
        world.restore("state")
        said = found[damage] = in_a_child(lambda damage=damage: broken(world, damage))[1]
        found[f"{damage}_lost"] = in_a_child(
            lambda said=said: "\n".join(follow_the_advice(world, said))
        )[1].splitlines()
    return found


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
