"""What changed between the attempt that counts and the one before, test by test."""

from dataclasses import dataclass

from kireji.report_index.index import ReportIndex
from kireji.report_index.rows import AttemptRow, TestRow


@dataclass(frozen=True)
class Change:
    """A hidden test whose points changed. was: None where the attempt before did not have it"""

    test: TestRow
    was: float | None

    @property
    def gain(self) -> float:
        return self.test.points - (self.was or 0.0)


@dataclass(frozen=True)
class Progress:
    """From one graded attempt to the next. Points are those of the hidden tests."""

    before: AttemptRow
    now: AttemptRow
    changes: list[Change]


def since_before(index: ReportIndex, assignment: str, student: str) -> Progress | None:
    """Compare the attempt that counts with the graded one before it; None if there is none."""
    now = before = None
    for attempt in index.attempts(assignment, student):  # by number
        if attempt.counts:
            now = attempt
            break
        before = attempt
    if now is None or before is None:
        return None
    was = {
        (test.cell, test.name): test.points
        for test in index.tests(assignment, student, before.number)
    }
    changes = [
        Change(test, was.get((test.cell, test.name)))
        for test in index.tests(assignment, student, now.number)
        if test.points != was.get((test.cell, test.name))
    ]
    return Progress(before, now, changes)
