"""What came of the grading benchmark: the figures of its JSON file, and the table on the screen."""

import math
import statistics
from typing import Any

from rich.console import Console
from rich.table import Table

TITLES = {
    "nbgrader": "nbgrader 0.9.6",
    "otter": "otter-grader 7",
    "floor": "one warm process, no wall",
}


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return (
        ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]
        if ordered
        else float("nan")
    )


def mean(values: list[float]) -> float:
    return statistics.fmean(values) if values else float("nan")


def most_points_apart(peer: dict[str, Any], ours: dict[str, Any]) -> float:
    """The largest difference in points that a submission got from two systems, of those that both
    graded."""
    points = [
        {
            (line["name"], line["student"]): line["score"]
            for line in system["graded"]
            if line["graded"]
        }
        for system in (peer, ours)
    ]
    return max(
        (abs(points[0][key] - points[1][key]) for key in points[0].keys() & points[1].keys()),
        default=0.0,
    )


def figures(
    results: dict[str, dict], cores: int, made: list[tuple[str, str, str]]
) -> dict[str, Any]:
    """What the JSON file holds."""
    one, most, again = results["ours-1"], results[f"ours-{cores}"], results["again"]["lines"][0]
    graded = {line["name"] + line["student"]: line for line in one["graded"] if "phases" in line}
    start = [
        line["phases"]["start"]
        + line["phases"]["total"]
        - sum(line["phases"].get(name, 0) for name in ("start", "cells", "tests"))
        for line in graded.values()
        if "total" in line["phases"]
    ]
    recording = [line["recording"] for line in one["recording"]]
    found = {
        "submissions": len(made),
        "mixture": {
            kind: sum(kind == other for *_, other in made) for kind in {kind for *_, kind in made}
        },
        "cores": cores,
        "submissions_per_minute": {
            name: result["per_minute"] for name, result in results.items() if name != "again"
        },
        "seconds": {
            name: {
                "median": quantile([line["seconds"] for line in result["graded"]], 0.5),
                "p95": quantile([line["seconds"] for line in result["graded"]], 0.95),
            }
            for name, result in results.items()
            if name != "again"
        },
        "cpu_seconds": {
            name: mean([line["cpu"][name] for line in graded.values()])
            for name in ("start", "cells", "tests")
        }
        | {"recording": mean([line["cpu"] for line in one["recording"]])},
        "overhead_seconds": mean(start) + mean(recording),
        "overhead_cpu_seconds": mean([line["cpu"]["start"] for line in graded.values()])
        + mean([line["cpu"] for line in one["recording"]]),
        "parallel_efficiency": one["wall"] / most["wall"] / cores,
        "worker_memory_mb": max(line["memory"] for line in most["graded"] if "memory" in line),
        "regrade_ms": 1000 * again["again"],
        "recall_ms": 1000 * again["recalled"],
    }
    for peer in [name for name in ("nbgrader", "otter") if name in results]:
        result = results[peer]
        found["peers_submissions"] = result["count"]
        found[f"throughput_vs_{peer}"] = most["per_minute"] / result["per_minute"]
        found[f"{peer}_cpu_seconds"] = result["cpu"] / result["count"]
        found[f"{peer}_not_graded"] = sum(not line["graded"] for line in result["graded"])
        found["most_points_apart"] = max(
            found.get("most_points_apart", 0.0), most_points_apart(result, one)
        )
    if "floor" in results:
        found["floor_ratio"] = results["floor"]["per_minute"] / one["per_minute"]
        found["floor_cpu_seconds"] = mean([line["cpu"] for line in results["floor"]["graded"]])
    return found


def show(found: dict[str, Any], console: Console) -> None:
    table = Table(
        "System",
        "submissions a minute",
        "median s",
        "95 % within s",
        box=None,
        padding=(0, 2, 0, 0),
    )
    for name, rate in found["submissions_per_minute"].items():
        kind, _, workers = name.partition("-")
        title = TITLES.get(kind) or f"Kireji, {workers} worker{'s' if workers != '1' else ''}"
        seconds = found["seconds"][name]
        table.add_row(title, f"{rate:.1f}", f"{seconds['median']:.2f}", f"{seconds['p95']:.2f}")
    console.print(
        f"{found['submissions']} submissions on {found['cores']} cores: "
        + ", ".join(f"{count} {kind}" for kind, count in sorted(found["mixture"].items()))
    )
    console.print(table)
    if found.get("peers_submissions", found["submissions"]) < found["submissions"]:
        console.print(
            f"The others and the floor graded {found['peers_submissions']} of them, those of the"
            " first students."
        )
    console.print(
        "CPU seconds of a submission: "
        + ", ".join(f"{name} {value:.2f}" for name, value in found["cpu_seconds"].items())
    )
    for name, unit in (
        ("throughput_vs_nbgrader", "times nbgrader's throughput"),
        ("throughput_vs_otter", "times otter-grader's"),
        ("overhead_seconds", "s for wall, start and recording"),
        ("overhead_cpu_seconds", "CPU s for the same"),
        ("parallel_efficiency", "of the cores used"),
        ("worker_memory_mb", "MB a worker, at most"),
        ("regrade_ms", "ms to grade unchanged work again"),
        ("recall_ms", "ms of that to recall the judgement"),
        ("floor_ratio", "times as long as with no wall at all"),
        (
            "most_points_apart",
            "points, the most that another's grade and ours differed in a submission",
        ),
    ):
        if name in found:
            console.print(f"{found[name]:10.2f} {unit}")
