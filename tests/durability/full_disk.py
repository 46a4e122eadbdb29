"""Fills the disk in the middle of the course and looks for anything lost. Prints what it found as
JSON.

    python -P -m tests.durability.full_disk SMALL_DISK STORE

SMALL_DISK is a file system of a few megabytes with nothing on it.
"""

import json
import os
import sys
from pathlib import Path

from kireji.errors import KirejiError
from tests.durability.kills import STEPS, go_on, in_a_child, look_at_the_wreck
from tests.durability.world import STUDENTS, World

LEFT = (0, 8, 40, 90, 170, 200)  # KiB that are still free when a step begins


def fill(folder: Path, left: int) -> Path:
    """Make a file that leaves `left` bytes of the disk."""
    ballast, space = folder / "ballast", os.statvfs(folder)
    with ballast.open("wb") as file:
        file.write(bytes(max(0, space.f_bavail * space.f_frsize - left)))
    return ballast


def attempt(world: World, step: str) -> str:
    """What a person reads who runs the step: a sentence, or nothing if it went well."""
    try:
        said = STEPS[step](world) or ""
    except KirejiError as sentence:
        return str(sentence)
    except OSError as error:  # a student's submit is nbgrader's own, and says it in its own way
        return f"{error}" if step == "submit" else f"not a sentence: {error!r}"
    return "not graded" if "not graded" in said else ""


def run(disk: Path, store: Path) -> dict:
    world, sentences, losses = World(disk / "c", store), [], []
    for step in STEPS:
        world.keep(step)
        for left in LEFT:
            world.restore(step)
            ballast = fill(disk, left * 1024)
            _, said = in_a_child(lambda step=step: attempt(world, step))
            ballast.unlink()
            if said:
                sentences.append([step, left, said])
            for look in (lambda: look_at_the_wreck(world), lambda step=step: go_on(world, step)):
                _, found = in_a_child(lambda look=look: "\n".join(look()))
                losses += [f"{step}, {left} KiB left: {line}" for line in found.splitlines()]
        world.restore(step)
        for who in STUDENTS if step == "submit" else ("",):
            world.submit(who) if who else STEPS[step](world)
    return {"sentences": sentences, "losses": losses}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), Path(sys.argv[2]))))
