"""Grading a class, side by side: nbgrader as it comes, ours, and the floor. `./kireji bench`

Each system grades the same class in a process of its own, one after the other, and its whole time counts, from the start of
the command to the last grade. docs: benchmarks/README.md.
"""

import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import nbformat
from rich.console import Console
from rich.table import Table

from benchmarks.grading_class import hand_in
from kireji import paths
from kireji.grading import assignment as catalogue
from kireji.grading.assignment import Assignment

FOLDER = paths.VAR / "bench"
CHECK = "from benchmarks.in_kernel import checker\ncheck = checker({!r})\ncheck({!r}, {!r})"
PEERS = ("nbgrader", "floor")
TITLES = {"nbgrader": "nbgrader 0.9.6", "floor": "one warm process, no wall"}


def prepare(root: Path, names: list[str], students: int, tests_inside: bool) -> list[tuple[str, str, str]]:
    """A course directory with a class's submissions. tests_inside: the graded cells run the hidden tests, for nbgrader."""
    shutil.rmtree(root, ignore_errors=True)
    (root / "exchange").mkdir(parents=True)
    made = []
    for name in names:
        assignment = catalogue.load(name)
        notebook = nbformat.from_dict(assignment.source)
        if tests_inside:
            for cell in notebook.cells:
                mark = cell.metadata.get("nbgrader", {})
                if mark.get("grade") and not mark.get("solution"):
                    cell.source = CHECK.format(name, mark["grade_id"], float(mark["points"]))
        (root / "source" / name).mkdir(parents=True)
        nbformat.write(notebook, root / "source" / name / f"{name}.ipynb")
        made += hand_in(root, Assignment(name, assignment.source, assignment.graders), students)
    return made


def run(system: str, root: Path, count: int) -> dict[str, Any]:
    """One system grades what is in `root`: wall and processor seconds, and its lines."""
    out = FOLDER / f"{system}.jsonl"
    out.unlink(missing_ok=True)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    # The last two: that nothing is trained, and where the data are, for nbgrader's kernels. A sandbox says so itself.
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT), "OMP_NUM_THREADS": "1", "ATTENTION_LAB_GRADING": "1",
                                "ATTENTION_LAB_DATA": str(paths.LAB_DATA)}
    done = subprocess.run([sys.executable, "-m", "benchmarks.grading_systems", system, str(root), str(out)], env=environment,
                          cwd=paths.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise click.ClickException(f"{system} ended with status {done.returncode}:\n{done.stderr[-2000:]}")
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "lines": lines, "count": count, "per_minute": 60 * count / wall,
            "graded": [line for line in lines if "seconds" in line], "recording": [line for line in lines if "recording" in line]}


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else float("nan")


def mean(values: list[float]) -> float:
    return statistics.fmean(values) if values else float("nan")


def most_points_apart(peer: dict[str, Any], ours: dict[str, Any]) -> float:
    """The largest difference in points that a submission got from two systems, of those that both graded."""
    points = [{(line["name"], line["student"]): line["score"] for line in system["graded"] if line["graded"]} for system in (peer, ours)]
    return max((abs(points[0][key] - points[1][key]) for key in points[0].keys() & points[1].keys()), default=0.0)


def figures(results: dict[str, dict], cores: int, made: list[tuple[str, str, str]]) -> dict[str, Any]:
    """What the JSON file holds."""
    one, most, again = results["ours-1"], results[f"ours-{cores}"], results["again"]["lines"][0]
    graded = {line["name"] + line["student"]: line for line in one["graded"] if "phases" in line}
    start = [line["phases"]["start"] + line["phases"]["total"] - sum(
        line["phases"].get(name, 0) for name in ("start", "cells", "tests")) for line in graded.values() if "total" in line["phases"]]
    recording = [line["recording"] for line in one["recording"]]
    found = {
        "submissions": len(made),
        "mixture": {kind: sum(kind == other for *_, other in made) for kind in {kind for *_, kind in made}},
        "cores": cores,
        "submissions_per_minute": {name: result["per_minute"] for name, result in results.items() if name != "again"},
        "seconds": {name: {"median": quantile([line["seconds"] for line in result["graded"]], 0.5),
                           "p95": quantile([line["seconds"] for line in result["graded"]], 0.95)}
                    for name, result in results.items() if name != "again"},
        "cpu_seconds": {name: mean([line["cpu"][name] for line in graded.values()]) for name in ("start", "cells", "tests")}
        | {"recording": mean([line["cpu"] for line in one["recording"]])},
        "overhead_seconds": mean(start) + mean(recording),
        "overhead_cpu_seconds": mean([line["cpu"]["start"] for line in graded.values()]) + mean([line["cpu"] for line in one["recording"]]),
        "parallel_efficiency": one["wall"] / most["wall"] / cores,
        "worker_memory_mb": max(line["memory"] for line in most["graded"] if "memory" in line),
        "regrade_ms": 1000 * again["again"],
        "recall_ms": 1000 * again["recalled"],
    }
    if "nbgrader" in results:
        found["throughput_vs_nbgrader"] = most["per_minute"] / results["nbgrader"]["per_minute"]
        found["peers_submissions"] = results["nbgrader"]["count"]
        found["nbgrader_cpu_seconds"] = results["nbgrader"]["cpu"] / results["nbgrader"]["count"]
        found["most_points_apart"] = most_points_apart(results["nbgrader"], one)
        found["nbgrader_not_graded"] = sum(not line["graded"] for line in results["nbgrader"]["graded"])
    if "floor" in results:
        found["floor_ratio"] = results["floor"]["per_minute"] / one["per_minute"]
        found["floor_cpu_seconds"] = mean([line["cpu"] for line in results["floor"]["graded"]])
    return found


def show(found: dict[str, Any], console: Console) -> None:
    table = Table("System", "submissions a minute", "median s", "95 % within s", box=None, padding=(0, 2, 0, 0))
    for name, rate in found["submissions_per_minute"].items():
        kind, _, workers = name.partition("-")
        title = TITLES.get(kind) or f"Kireji, {workers} worker{'s' if workers != '1' else ''}"
        seconds = found["seconds"][name]
        table.add_row(title, f"{rate:.1f}", f"{seconds['median']:.2f}", f"{seconds['p95']:.2f}")
    console.print(f"{found['submissions']} submissions on {found['cores']} cores: " + ", ".join(
        f"{count} {kind}" for kind, count in sorted(found["mixture"].items())))
    console.print(table)
    if found.get("peers_submissions", found["submissions"]) < found["submissions"]:
        console.print(f"nbgrader and the floor graded {found['peers_submissions']} of them, those of the first students.")
    console.print("CPU seconds of a submission: " + ", ".join(f"{name} {value:.2f}" for name, value in found["cpu_seconds"].items()))
    for name, unit in (("throughput_vs_nbgrader", "times nbgrader's throughput"), ("overhead_seconds", "s for wall, start and recording"),
                       ("overhead_cpu_seconds", "CPU s for the same"), ("parallel_efficiency", "of the cores used"),
                       ("worker_memory_mb", "MB a worker, at most"), ("regrade_ms", "ms to grade unchanged work again"),
                       ("recall_ms", "ms of that to recall the judgement"), ("floor_ratio", "times as long as with no wall at all"),
                       ("most_points_apart", "points, the most that nbgrader's and ours differed in a submission")):
        if name in found:
            console.print(f"{found[name]:10.2f} {unit}")


@click.command()
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Also write the figures here.")
@click.option("--quick", is_flag=True, help="Five students and one assignment, instead of 30 and all.")
@click.option("--students", type=click.IntRange(1), help="How many students.")
@click.option("--assignment", "names", multiple=True, help="Only this assignment; may be given again.")
@click.option("--only-ours", is_flag=True, help="Leave out nbgrader and the floor: how the cost grows, with --students 10, 100, 1000.")
@click.option("--peers", type=click.IntRange(1), metavar="N",
              help="nbgrader and the floor grade only the first N students: kinds of work repeat every ten.")
def main(json_file: Path | None, quick: bool, students: int | None, names: tuple[str, ...], only_ours: bool, peers: int | None) -> None:
    """Measure how fast a class is graded, beside nbgrader and beside no wall at all. Trains models the first time."""
    console, cores = Console(highlight=False), os.cpu_count() or 1
    chosen = [catalogue.load(name).name for name in names] or (catalogue.names()[:1] if quick else catalogue.names())
    count = students or (5 if quick else 30)
    systems = ["ours-1", *([f"ours-{cores}"] if cores > 1 else []), "again"]
    systems = systems if only_ours else ["nbgrader", *systems, "floor"]
    results: dict[str, dict] = {}
    made: list[tuple[str, str, str]] = []
    try:
        for system in systems:
            number = min(count, peers or count) if system in PEERS else count
            with console.status(f"{system}: {number} students, {', '.join(chosen)} ..."):
                root = FOLDER / ("ours-1" if system == "again" else system)
                handed_in = made if system == "again" else prepare(root, chosen, number, system == "nbgrader")
                made = made if system in PEERS else handed_in
                results[system] = run(system, root, len(handed_in))
                console.print(f"[dim]{system}: {results[system]['wall']:.0f} s[/]")
    finally:
        for root in FOLDER.glob("*/"):
            shutil.rmtree(root, ignore_errors=True)
    results.setdefault(f"ours-{cores}", results["ours-1"])
    found = figures(results, cores, made)
    show(found, console)
    if json_file:
        json_file.write_text(json.dumps(found, indent=2))
        console.print(f"Figures: {json_file}")


if __name__ == "__main__":
    main(prog_name="./kireji bench")
