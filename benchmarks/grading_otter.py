"""otter-grader 7 on the same class: without containers, as `otter run` does it, in an environment
of its own.

Its test files are of the exception-based format, and ask the same hidden tests as nbgrader's cells
do (`in_kernel.py`).
"""

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kireji.course.assignment import Assignment
from kireji.course.layout import find_course
from kireji.errors import KirejiError
from kireji.installation import clone

FOLDER = find_course().var / "otter"
RELEASE = "otter-grader==7.*"
# otter's cases pass or fail, and hidden tests give fractions: a cell's points are so many binary
# digits, each a case.
DIGITS = 12
TEST_FILE = """OK_FORMAT = False
from benchmarks.grading_otter import cases
name, all_or_nothing = {cell!r}, False
globals().update(cases({assignment!r}, {cell!r}, {points!r}))
"""


def python() -> str:
    """The interpreter that has otter-grader, installed now if it is not yet. KirejiError if it
    cannot be."""
    found, ready = FOLDER / "bin" / "python", FOLDER / RELEASE
    if not ready.exists():
        shutil.rmtree(FOLDER, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
        # What we have is not installed a second time: torch above all.
        inside = sysconfig.get_path("purelib", vars={"base": str(FOLDER)})
        Path(inside, "kireji.pth").write_text(
            f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
        )
        done = subprocess.run(
            [
                str(found),
                "-m",
                "pip",
                "install",
                "-c",
                str(clone() / "requirements.lock"),
                RELEASE,
            ],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            raise KirejiError(
                f"otter-grader 7 cannot be installed into {FOLDER} ({reason}). The rest needs no"
                " --otter."
            )
        ready.touch()
    return str(found)


def pack(course: Path, assignment: Assignment) -> None:
    """Make what otter is given: COURSE/autograder/ASSIGNMENT.zip, and of each submission a zip
    beside its folder."""
    (course / "autograder").mkdir(exist_ok=True)
    with zipfile.ZipFile(course / "autograder" / f"{assignment.name}.zip", "w") as autograder:
        for cell in assignment.points.keys() - assignment.manual:
            autograder.writestr(
                f"tests/{cell}.py",
                TEST_FILE.format(
                    assignment=assignment.name, cell=cell, points=assignment.points[cell]
                ),
            )
    for folder in course.glob(f"submitted/*/{assignment.name}"):
        with zipfile.ZipFile(folder.with_suffix(".zip"), "w") as submission:
            for file in folder.iterdir():
                submission.write(file, file.name)


def grade(course: Path, work: list[tuple[str, str]]) -> Iterator[tuple[str, str, float | None]]:
    """Grade (assignment, student) pairs; yields each with its points, None where otter could not.
    Needs `python`'s environment."""
    from otter.api import grade_submission

    for name, student in work:
        try:
            results = grade_submission(
                str(course / "submitted" / student / f"{name}.zip"),
                str(course / "autograder" / f"{name}.zip"),
                quiet=True,
            )
        except Exception as error:  # such as nbclient's, where the kernel died
            print(f"{student}'s {name}: {error}", file=sys.stderr)
            yield name, student, None
        else:
            yield name, student, float(results.total)


def cases(assignment: str, cell: str, points: float) -> dict[str, Any]:
    """The test cases of a cell's test file, in the kernel."""
    from otter.test_files import test_case

    from .in_kernel import score

    whole = 2**DIGITS - 1
    found: list[int] = []  # once the first has asked

    def digit(number: int) -> Any:
        def check(env: dict[str, Any]) -> None:
            if number == 0:
                found.append(round(whole * score(env, assignment, cell, points) / points))
            assert found[0] >> (DIGITS - 1 - number) & 1

        return test_case(
            name=f"{cell}, digit {number}",
            points=points * 2 ** (DIGITS - 1 - number) / whole,
            hidden=True,
        )(check)

    return {f"digit_{number}": digit(number) for number in range(DIGITS)}
