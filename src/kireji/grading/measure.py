"""Measure what a submission uses of each limit: the solutions' numbers in
`docs/explanation/security.md` come from here.

    python -m kireji.grading.measure ASSIGNMENT FOLDER
"""

import sys
from pathlib import Path

from kireji.course.layout import find_course
from kireji.grading.judge import judge
from kireji.grading.submission import read_submission
from kireji.sandbox.limits import DEFAULT
from kireji.sandbox.watchdog import Usage


def table(usage: Usage, seconds: dict[str, float]) -> list[tuple[str, float, float]]:
    """(what, used, limit) for everything that the grader sees from outside."""
    return [
        ("start, s", seconds["start"], DEFAULT.start_seconds),
        ("cells, s", seconds["cells"], DEFAULT.cells_seconds),
        ("hidden tests, s", seconds["tests"], DEFAULT.tests_seconds),
        ("computing, s", usage.processor_seconds, DEFAULT.processor_seconds),
        ("memory, MiB", usage.memory / 2**20, DEFAULT.memory / 2**20),
        (
            "address space of one process, MiB",
            usage.address_space / 2**20,
            DEFAULT.address_space / 2**20,
        ),
        ("open files of one process", usage.open_files, DEFAULT.open_files),
        ("processes and threads", usage.processes, DEFAULT.processes),
        ("scratch folders, MiB", usage.scratch_bytes / 2**20, DEFAULT.scratch_bytes / 2**20),
        ("files in them", usage.scratch_files, DEFAULT.scratch_files),
    ]


def main(assignment: str, folder: str) -> None:
    course = find_course()
    judgement = judge(
        read_submission(Path(folder), assignment, course.assignment_file(assignment).files),
        course.assignment(assignment),
        course.secret(),
    )
    report = judgement.report
    assert judgement.usage is not None  # only a recalled judgement has none
    print(f"{assignment}: {report.score:g} of {report.max_score:g} points")
    for what, used, limit in table(judgement.usage, report.seconds):
        print(
            f"{what:36} {used:10.1f} {limit:10.0f} {limit / used if used else float('inf'):8.1f}"
            " times"
        )
    sizes = [
        sum(len(str(output)) for output in cell.get("outputs", []))
        for cell in judgement.notebook.cells
    ]
    counts = [len(cell.get("outputs", [])) for cell in judgement.notebook.cells]
    print(
        f"outputs: {sum(counts)} in all, {max(counts)} in one cell; {sum(sizes):,} bytes in all,"
        f" {max(sizes):,} in one cell"
    )
    for notice in report.notices:
        print(notice)


if __name__ == "__main__":
    main(*sys.argv[1:])
