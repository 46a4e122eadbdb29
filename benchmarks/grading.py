"""Grading a class, side by side: nbgrader as it comes, ours, and the floor. `./kireji bench`

Each system grades the same class in a process of its own, one after the other, and its whole time
counts, from the start of the command to the last grade. docs: benchmarks/README.md.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from rich.console import Console

from benchmarks import grading_growth, grading_otter
from benchmarks.grading_class import hand_in
from benchmarks.grading_figures import figures, show
from kireji.course.assignment import Assignment
from kireji.course.layout import find_course
from kireji.errors import KirejiError
from kireji.files.lock import LockedError, hold
from kireji.installation import clone

FOLDER = find_course().var / "bench"
CHECK = "from benchmarks.in_kernel import checker\ncheck = checker({!r})\ncheck({!r}, {!r})"
PEERS = ("nbgrader", "otter", "floor")


class Failed(KirejiError):
    """Why a system could not be measured, in one sentence."""


def prepare(root: Path, names: list[str], students: int, system: str) -> list[tuple[str, str, str]]:
    """A course directory with a class's submissions, as `system` wants it: nbgrader has the hidden
    tests in the graded cells."""
    shutil.rmtree(root, ignore_errors=True)
    (root / "exchange").mkdir(parents=True)
    made = []
    for name in names:
        assignment = find_course().assignment(name)
        notebook = nbformat.from_dict(assignment.source)
        if system == "nbgrader":
            for cell in notebook.cells:
                mark = cell.metadata.get("nbgrader", {})
                if mark.get("grade") and not mark.get("solution"):
                    cell.source = CHECK.format(name, mark["grade_id"], float(mark["points"]))
        (root / "source" / name).mkdir(parents=True)
        nbformat.write(notebook, root / "source" / name / f"{name}.ipynb")
        made += hand_in(root, Assignment(name, assignment.source, assignment.graders), students)
        if system == "otter":
            grading_otter.pack(root, assignment)
    return made


def run(system: str, root: Path, count: int) -> dict[str, Any]:
    """One system grades what is in `root`: wall and processor seconds, and its lines. Failed if it
    does not come to an end."""
    out, log = FOLDER / f"{system}.jsonl", FOLDER / f"{system}.log"
    out.unlink(missing_ok=True)
    python = grading_otter.python() if system == "otter" else sys.executable
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    # The last two: that nothing is trained, and where the data are, for the peers' kernels. A
    # sandbox says so itself.
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(
            [str(clone()), *filter(None, [os.environ.get("PYTHONPATH")])]
        ),
        "OMP_NUM_THREADS": "1",
        "ATTENTION_LAB_GRADING": "1",
        "ATTENTION_LAB_DATA": str(find_course().lab_data),
    }
    with log.open("w") as errors:
        status = subprocess.run(
            [python, "-m", "benchmarks.grading_systems", system, str(root), str(out)],
            env=environment,
            cwd=clone(),
            stdout=subprocess.DEVNULL,
            stderr=errors,
        ).returncode
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if status:
        said = [
            line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()
        ] or ["it said nothing"]
        raise Failed(
            f"{system} could not grade the class ({said[-1][:300]}). All that it said is in {log}."
        )
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "wall": wall,
        "cpu": cpu,
        "lines": lines,
        "count": count,
        "per_minute": 60 * count / wall,
        "graded": [line for line in lines if "seconds" in line],
        "recording": [line for line in lines if "recording" in line],
    }


def compare(
    names: list[str], count: int, systems: list[str], peers: int, cores: int, console: Console
) -> dict[str, Any]:
    """Let each of `systems` grade the class of `count` students; the peers its first `peers`. The
    figures."""
    results: dict[str, dict] = {}
    failed: dict[str, str] = {}
    made: list[tuple[str, str, str]] = []
    for system in systems:
        number = min(count, peers) if system in PEERS else count
        with console.status(f"{system}: {number} students, {', '.join(names)} ..."):
            root = FOLDER / ("ours-1" if system == "again" else system)
            handed_in = made if system == "again" else prepare(root, names, number, system)
            made = made if system in PEERS else handed_in
            try:
                results[system] = run(system, root, len(handed_in))
            except KirejiError as error:
                if system not in PEERS:
                    raise
                failed[system] = str(error)
                console.print(f"[yellow]Left out:[/] {error}", soft_wrap=True)
            else:
                console.print(f"[dim]{system}: {results[system]['wall']:.0f} s[/]")
    results.setdefault(f"ours-{cores}", results["ours-1"])
    return figures(results, cores, made) | {"failed": failed}


def main(
    *,
    json_file: str | None = None,
    quick: bool = False,
    students: int | None = None,
    names: Sequence[str] = (),
    otter: bool = False,
    only_ours: bool = False,
    peers: int | None = None,
    growth: bool = False,
) -> None:
    """What `./kireji bench` does with its options."""
    console, cores = Console(highlight=False), os.cpu_count() or 1
    try:
        lock = hold(FOLDER / "bench.lock", max_wait_seconds=0)
    except LockedError:
        sys.exit(
            "Error: another ./kireji bench runs in this folder, and both would measure each other."
            " Run this one when it has ended."
        )
    try:
        if growth:
            found = grading_growth.measure(
                FOLDER,
                find_course()
                .assignment(names[0] if names else find_course().assignment_names()[0])
                .name,
                students or 1000,
                cores,
                run,
                console,
            )
        else:
            chosen = [find_course().assignment(name).name for name in names] or (
                find_course().assignment_names()[:1] if quick else find_course().assignment_names()
            )
            count = students or (5 if quick else 30)
            systems = ["ours-1", *([f"ours-{cores}"] if cores > 1 else []), "again"]
            systems = (
                systems
                if only_ours
                else ["nbgrader", *(["otter"] if otter else []), *systems, "floor"]
            )
            found = compare(chosen, count, systems, peers or count, cores, console)
            show(found, console)
    except KirejiError as error:
        sys.exit(f"Error: {error}")
    finally:
        for root in FOLDER.glob("*/"):
            shutil.rmtree(root, ignore_errors=True)
        lock.release()
    if json_file:
        Path(json_file).write_text(json.dumps(found, indent=2))
        console.print(f"Figures: {json_file}")


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
