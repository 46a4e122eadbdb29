"""How large the index of reports is and how fast it answers, for a class of 1,000.

    python -m benchmarks.report_index [FOLDER] [--students 1000] [--attempts 10]

Fills the index with reports that have the hidden tests, points and titles of this course's
assignments, for made-up students who get better from attempt to attempt. Prints its size, and of
each question the median and the slowest of ten answers.
"""

import argparse
import math
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kireji.course.layout import Course, find_course
from kireji.report_index import ReportIndex, item_analysis, misconceptions, open_index
from kireji.report_index.writer import KeptReport
from kireji.testing.report import CellReport, Metric, Report, TestReport, cell_score
from kireji.testing.run import collect

FIRST_DUE = datetime(2026, 10, 5, 22, tzinfo=UTC)
REPEATS = 10
METRIC_EVERY = 12  # one test in so many measures a value
MISTAKES = 6  # that a test has a diagnosis for


class Student:
    """Passes a test the more likely, the abler the student and the later the attempt."""

    def __init__(self, number: int) -> None:
        self.name = f"student{number:04}"
        self.random = random.Random(number)
        self.ability = self.random.gauss(0, 1)

    def tests(self, hidden: list[tuple[str, float]], attempt: int) -> list[TestReport]:
        return [self._test(name, ease, attempt) for name, ease in hidden]

    def _test(self, name: str, ease: float, attempt: int) -> TestReport:
        chance = 1 / (1 + math.exp(-(self.ability + ease + 0.3 * attempt)))
        passed = self.random.random() < chance
        report = TestReport(
            name, f"What {name} expects.", "passed" if passed else "failed", float(passed), 1.0, ""
        )
        if ease > 1.5:  # as for a test that measures
            value = 10 + 20 * chance
            report.fraction = chance
            report.metrics = [Metric("BLEU", value, 10.0, 30.0)]
        elif not passed and self.random.random() < 0.3:
            report.diagnosis = f"mistake_{self.random.randrange(MISTAKES)}_of_{name}"
        return report


def hidden_tests(course: Course, assignment: str) -> dict[str, list[tuple[str, float]]]:
    """{cell: [(name of a hidden test, how easy it is)]}, of the course's own."""
    found: dict[str, list[tuple[str, float]]] = {}
    easy = random.Random(assignment)
    for number, test in enumerate(collect(course.graders / assignment)):
        ease = 2.0 if number % METRIC_EVERY == 0 else min(easy.gauss(0, 1), 1.5)
        found.setdefault(test.grade_id, []).append((test.name, ease))
    return found


def reports(course: Course, students: int, attempts: int) -> Iterator[KeptReport]:
    """Every attempt of everybody at every assignment."""
    for week, assignment in enumerate(course.assignment_names()):
        cells, points = hidden_tests(course, assignment), course.assignment(assignment).points
        for number in range(students):
            student = Student(number)
            for attempt in range(attempts):
                found = []
                for cell, hidden in cells.items():
                    tests = student.tests(hidden, attempt)
                    found.append(
                        CellReport(cell, cell_score(tests, points[cell]), points[cell], tests)
                    )
                yield KeptReport(
                    Report(
                        assignment,
                        sum(cell.score or 0 for cell in found),
                        sum(cell.max_score for cell in found),
                        found,
                        [],
                        {},
                    ),
                    student.name,
                    FIRST_DUE + timedelta(weeks=2 * week, hours=6 * attempt - 48, seconds=number),
                )


def questions(index: ReportIndex, assignment: str) -> dict[str, Callable[[], object]]:
    """What the desk asks for a page."""
    return {
        "attempts that count": lambda: index.latest(assignment),
        "distribution": lambda: index.distribution(assignment),
        "metrics": lambda: index.metrics(assignment),
        "item analysis": lambda: item_analysis(index, assignment),
        "misconceptions": lambda: misconceptions(index, assignment),
        "attempts of a student": lambda: index.attempts(student="student0007"),
        "tests of an attempt": lambda: index.tests(assignment, "student0007", 1),
    }


def measure(folder: Path, students: int, attempts: int) -> None:
    course = find_course()
    index = open_index(Course(folder))
    begun = time.perf_counter()
    count = index.rebuild(reports(course, students, attempts))
    seconds = time.perf_counter() - begun
    megabytes = index.path.stat().st_size / 1e6
    print(f"{count} attempts written in {seconds:.0f} s; the index has {megabytes:.0f} MB.")
    assignment = course.assignment_names()[0]
    print(f"{'question':24} {'median':>9} {'slowest':>9}")
    for name, ask in questions(index, assignment).items():
        times = []
        for _ in range(REPEATS):
            begun = time.perf_counter()
            ask()
            times.append((time.perf_counter() - begun) * 1000)
        print(f"{name:24} {statistics.median(times):6.0f} ms {max(times):6.0f} ms")
    one = next(reports(course, 1, 1))
    times = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        index.record(one)
        times.append((time.perf_counter() - begun) * 1000)
    print(f"{'write one attempt':24} {statistics.median(times):6.0f} ms {max(times):6.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="where to leave the index")
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--attempts", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        measure(options.folder or Path(temporary), options.students, options.attempts)


if __name__ == "__main__":
    main()
