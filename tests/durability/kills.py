"""Kills a step of the course again and again, at seeded moments, and looks for anything lost.
Prints what it found as JSON.

    python -P -m tests.durability.kills FOLDER STEP ROUNDS SEED [LOSS]

Each round forks the warmed process, lets the child die in the middle of the step, looks at what is
on the disk, and goes on as a person would after a restart. With LOSS our writing is taken away and
nbgrader's left, until that is what is lost.
"""

import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.durability import naive
from tests.durability.world import NAME, NEW, OLD, STUDENTS, World, answered

# Where a program touches the disk: a kill before and after each of these tells apart all states it
# can leave.
TOUCHES = {
    "open",
    "write",
    "flush",
    "close",
    "execute",
    "commit",
    "rename",
    "replace",
    "unlink",
    "remove",
    "rmdir",
    "mkdir",
    "chmod",
    "utime",
    "sendfile",
    "truncate",
    "fchmod",
}
MAX_WAIT_SECONDS = 120  # seconds for one child on a busy machine
# two cells, and half of their sum as the penalty
GRADES = {True: (NEW, NEW, NEW), False: (OLD, OLD, OLD)}

STEPS: dict[str, Callable[[World], object]] = {
    "submit": lambda world: world.submit("alice"),
    "collect": World.collect,
    "grade": World.grade,
    "feedback": World.feedback,
    "watch": World.watch,
}
# what was done when a step begins, where it is not all steps above it
BEFORE = {"watch": ["submit"]}


def in_a_child(
    work: Callable[[], object],
    before: Callable[[], None] = lambda: None,
    kill_after: float | None = None,
) -> tuple[bool, str]:
    """Do `work` in a fork. Returns whether it was killed, and what it reported (an exception, or
    what `work` returned)."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            before()
            said = work() or ""
        except BaseException:
            said = traceback.format_exc().splitlines()[-1]
        sys.setprofile(None)
        os.write(write, str(said).encode()[-60_000:])
        os._exit(0)
    os.close(write)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    with open(read, "rb") as pipe:
        said = pipe.read().decode()
    return os.WIFSIGNALED(os.waitpid(child, 0)[1]), said


def count_touches(at: int | None) -> Callable[[], None]:
    """Have this process kill itself when it touches the disk for the `at`-th time; with None, only
    count."""

    def begin() -> None:
        def look(frame, event, called) -> None:
            if (
                event in ("c_call", "c_return")
                and called.__name__ in TOUCHES
                and not hasattr(called.__self__, "getvalue")
            ):
                look.count += 1
                if look.count == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        look.count = 0
        begin.look = look
        sys.setprofile(look)

    return begin


def no_file_longer_than(size: int) -> Callable[[], None]:
    """Have the kernel kill this process at the first byte that it writes beyond `size` of a file: a
    half-written file."""

    def begin() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return begin


def sizes(root: Path) -> dict[Path, tuple[int, int]]:
    """file -> its size and when it was written."""
    return {
        path: (path.stat().st_size, path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }


def look_at_the_wreck(world: World) -> list[str]:
    """What must hold at once, before anybody repairs anything."""
    lost = [
        f"{who}'s grade is neither the old nor the new one: {grade}"
        for who, grade in world.scores().items()
        if grade not in GRADES.values()
    ]
    for who in STUDENTS:
        pages = world.released_pages(who)
        lost += [
            f"{who}'s page is cut short" for page in pages if not page.rstrip().endswith(b"</html>")
        ]
        lost += [f"{who}'s page is gone"] if not pages else []
        lost += [
            f"{who} believes to have handed in {name}" for name in world.listed_and_missing(who)
        ]
    return lost


def go_on(world: World, step: str) -> list[str]:
    """Go on as people do after a restart, and look at what they get."""
    if step == "watch":
        # does all that follows by itself, so that there is nothing left to collect or to grade
        world.watch()
        if "Nothing new to grade" not in world.grade():
            return ["a submission was left for the instructor to grade"]
        if any(len(world.released_pages(who)) != 2 for who in STUDENTS):
            return ["a page was left for the instructor to give out"]
    world.collect()
    half = [
        f"what was collected of {who} is neither the old nor the new submission"
        for who in STUDENTS
        if world.submitted(who) not in (answered(OLD), answered(NEW))
    ]
    if step == "submit":
        world.submit("alice")
    said = world.grade()
    world.feedback()
    new = STUDENTS if step != "submit" else ("alice",)
    lost = [f"{who}'s submission is lost" for who in new if world.submitted(who) != answered(NEW)]
    lost += [
        f"{who} is taken for graded and is not: {world.scores()[who]}"
        for who in STUDENTS
        if world.scores()[who] != GRADES[who in new]
    ]
    for who in STUDENTS:
        graded = world.course.graded(NAME, who) / f"{NAME}.ipynb"
        points = 2.0 * (NEW if who in new else OLD)
        if not graded.is_file() or world.course.report(NAME, who).score != points:
            lost.append(f"{who}'s graded notebook is not there")
        pages = world.released_pages(who)
        lost += [
            f"{who}'s page is cut short" for page in pages if not page.rstrip().endswith(b"</html>")
        ]
        if len(pages) != (2 if who in new else 1) and step != "submit":
            lost.append(f"{who} has {len(pages)} pages")
    lost += [
        f"something half done is left: {path.relative_to(world.root)}"
        for pattern in ("submitted/*/.*", "var/judgements/*.[0-9]*")
        for path in world.root.glob(pattern)
    ]
    return half + lost + ([f"not graded: {said}"] if "not graded" in said else [])


def run(folder: Path, step: str, rounds: int, seed: int, loss: str | None = None) -> dict:
    """The kills, how many of them hit, and every loss with the moment of its kill; with nbgrader's
    writing until the first `loss`."""
    world = World(folder / "c", folder / "kept")
    if loss:
        naive.be_naive(world, step)
    for earlier in BEFORE.get(step, list(STEPS)[: list(STEPS).index(step)]):
        for who in STUDENTS if earlier == "submit" else ("",):
            world.submit(who) if who else STEPS[earlier](world)
    world.keep(step)
    before_step = sizes(world.root)
    count = count_touches(None)
    touches = int(
        in_a_child(lambda: (STEPS[step](world), sys.setprofile(None), count.look.count)[-1], count)[
            1
        ]
    )
    largest = max(size for _, (size, _) in sizes(world.root).items() - before_step.items())
    world.restore(step)
    began = time.monotonic()
    in_a_child(lambda: STEPS[step](world))
    seconds = time.monotonic() - began
    chance, killed, losses = random.Random(f"{step} {seed}"), 0, []
    # Spread over the whole of the step: one moment in each of as many equal parts as there are
    # rounds.
    parts = chance.sample(range(rounds), rounds)
    for number, part in enumerate(parts):
        world.restore(step)
        share = (part + chance.random()) / rounds
        kind = ("touch", "touch", "touch", "size", "time")[number % 5]
        if kind == "touch":
            moment, before, after = (at := 1 + int(share * touches)), count_touches(at), None
        elif kind == "size":
            moment, before, after = (
                (size := int(share**3 * largest)),
                no_file_longer_than(size),
                None,
            )
        else:
            moment, before, after = (
                (seconds * share,) and round(seconds * share, 4),
                lambda: None,
                seconds * share,
            )
        was_killed, said = in_a_child(lambda: STEPS[step](world), before, after)
        killed += was_killed
        for look in (lambda: look_at_the_wreck(world), lambda: go_on(world, step)):
            _, said = in_a_child(lambda look=look: "\n".join(look()))
            losses += [f"{step}, {kind} {moment}: {line}" for line in said.splitlines() if line]
        if loss and any(loss in line for line in losses):
            break
    return {"step": step, "rounds": rounds, "killed": killed, "touches": touches, "losses": losses}


if __name__ == "__main__":
    print(
        json.dumps(
            run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:])
        )
    )
