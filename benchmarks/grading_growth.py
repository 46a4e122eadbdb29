"""How the cost of grading grows with the class: light work of 10, 100, 1,000 students. `./kireji
bench --growth`

Everybody hands in an untouched notebook with a comment of their own, which is run, judged and
recorded as any other: what is measured is what one more submission costs whatever is in it.
"""

import os
import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from rich.console import Console
from rich.table import Table

from benchmarks.grading_class import UNTOUCHED, hand_in
from benchmarks.grading_figures import mean
from kireji.course.assignment import Assignment
from kireji.course.layout import COURSE_ID, find_course

if TYPE_CHECKING:
    from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse

SIZES = (10, 100, 1000)
MIB = 2**20


def measure(
    folder: Path,
    name: str,
    most: int,
    workers: int,
    run: Callable[[str, Path, int], dict],
    console: Console,
) -> dict[str, Any]:
    """Grade classes of up to `most` students below `folder` with so many workers, and show what
    each cost. The figures."""
    assignment, sizes = (
        find_course().assignment(name),
        [size for size in SIZES if size < most] + [most],
    )
    found: dict[str, Any] = {"assignment": name, "workers": workers, "growth": []}
    for size in sizes:
        root = folder / f"growth-{size}"
        prepare(root, assignment, size)
        with console.status(f"{size} students, untouched notebooks of {name} ..."):
            result = run(f"growth-{workers}", root, size)
        judged = [sum(line["cpu"].values()) for line in result["graded"]]
        recorded = [line["cpu"] for line in result["recording"]]
        (stages,) = [line for line in result["lines"] if "grade_seconds" in line]
        found["growth"].append(
            {
                "students": size,
                "judging_cpu_seconds": mean(judged),
                "recording_cpu_seconds": mean(recorded),
                "recording_cpu_seconds_at_the_end": mean(recorded[-max(1, size // 10) :]),
            }
            | stages
        )
        show(found, console)
    return found


def prepare(root: Path, assignment: Assignment, students: int) -> None:
    """A course directory in which so many students have handed in light work."""
    shutil.rmtree(root, ignore_errors=True)  # of a run that was ended
    (root / "exchange" / COURSE_ID / "inbound").mkdir(parents=True)  # nothing that is new
    (root / "source" / assignment.name).mkdir(parents=True)
    nbformat.write(
        assignment.source, root / "source" / assignment.name / f"{assignment.name}.ipynb"
    )
    hand_in(root, assignment, students, (UNTOUCHED,))


def stages(
    graded: "NbgraderCourse", name: str, students: int, grade: Callable[[bool], None]
) -> dict[str, float]:
    """What `./kireji grade` takes: of everything, of nothing new, and of everything again.
    grade(again): the command.

    Seconds and MiB; processor seconds of this process alone, which records, copies the gradebook
    and compares submissions."""
    taken = {}
    for stage, again in (("grade", False), ("nothing_new", False), ("regrade", True)):
        started, used = time.monotonic(), time.process_time()
        grade(again)
        taken[f"{stage}_seconds"], taken[f"{stage}_cpu_seconds"] = (
            time.monotonic() - started,
            time.process_time() - used,
        )
        if stage == "grade":
            taken["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            taken["gradebook_mb"] = os.stat(graded.gradebook_file).st_size / MIB
    if (
        not all(graded.is_graded(name, who) for who in graded.students(name))
        or len(graded.students(name)) != students
    ):
        raise SystemExit("not everybody is graded")
    return taken


def show(found: dict[str, Any], console: Console) -> None:
    """The table of the sizes so far."""
    sizes = found["growth"]
    table = Table(
        "Students", *(str(size["students"]) for size in sizes), box=None, padding=(0, 2, 0, 0)
    )

    def row(name: str, form: str, value: Callable[[dict[str, Any]], float]) -> None:
        table.add_row(name, *(format(value(size), form) for size in sizes))

    row("seconds", ".0f", lambda size: size["grade_seconds"])
    row("submissions a minute", ".1f", lambda size: 60 * size["students"] / size["grade_seconds"])
    row("CPU s to judge one", ".2f", lambda size: size["judging_cpu_seconds"])
    row("CPU s to record one", ".3f", lambda size: size["recording_cpu_seconds"])
    row("... of the last tenth", ".3f", lambda size: size["recording_cpu_seconds_at_the_end"])
    row(
        "CPU s of the rest, for one",
        ".3f",
        lambda size: size["grade_cpu_seconds"] / size["students"] - size["recording_cpu_seconds"],
    )
    row(
        "CPU s to grade one again",
        ".3f",
        lambda size: size["regrade_cpu_seconds"] / size["students"],
    )
    row("seconds where nothing is new", ".2f", lambda size: size["nothing_new_seconds"])
    row("memory, MB", ".0f", lambda size: size["memory_mb"])
    row("gradebook, MB", ".2f", lambda size: size["gradebook_mb"])
    console.print(table)
