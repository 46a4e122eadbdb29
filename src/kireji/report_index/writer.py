"""How a report becomes rows of the index."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from kireji.report_index.tables import attempts, results, tests
from kireji.testing.report import CellReport, Report, TestReport


@dataclass(frozen=True)
class KeptReport:
    """A report and the attempt that it is of.

    came: when it was handed in; None if unknown
    counts: it is the attempt in the gradebook, in place of an earlier one"""

    report: Report
    student: str
    came: datetime | None
    late_seconds: float = 0.0
    counts: bool = True


def write(connection: Connection, kept: KeptReport) -> None:
    """Put the rows of an attempt in place of those that it had before."""
    report = kept.report
    came = kept.came.timestamp() if kept.came else 0.0
    _remove(connection, report.assignment, kept.student, came)
    theirs = (attempts.c.assignment == report.assignment, attempts.c.student == kept.student)
    if kept.counts:
        connection.execute(update(attempts).where(*theirs).values(counts=False))
    attempt = connection.execute(
        insert(attempts).values(
            assignment=report.assignment,
            student=kept.student,
            came=came,
            number=0,
            counts=kept.counts,
            score=report.score,
            max_score=report.max_score,
            late_seconds=kept.late_seconds,
            for_instructor=json.dumps(report.for_instructor) if report.for_instructor else "",
        )
    ).inserted_primary_key
    assert attempt is not None  # an insert of one row
    earlier = attempts.alias()
    connection.execute(
        update(attempts)
        .where(*theirs)
        .values(
            number=select(func.count())
            .where(
                earlier.c.assignment == attempts.c.assignment,
                earlier.c.student == attempts.c.student,
                earlier.c.came <= attempts.c.came,
            )
            .scalar_subquery()
        )
    )
    known = _put_tests(connection, report)
    # By test: an assignment whose hidden tests share a name in one cell keeps the last.
    rows = {
        known[cell.grade_id, test.name]: {
            "attempt": attempt[0],
            "test": known[cell.grade_id, test.name],
            "status": test.status,
            "fraction": test.earned,
            "diagnosis": test.diagnosis or None,
            "metric": test.metrics[0].value if test.metrics else None,
        }
        for cell in report.cells
        for test in cell.tests
    }
    if rows:
        connection.execute(insert(results), list(rows.values()))


def _remove(connection: Connection, assignment: str, student: str, came: float) -> None:
    this = (
        attempts.c.assignment == assignment,
        attempts.c.student == student,
        attempts.c.came == came,
    )
    found = select(attempts.c.id).where(*this)
    connection.execute(delete(results).where(results.c.attempt.in_(found)))
    connection.execute(delete(attempts).where(*this))


def _put_tests(connection: Connection, report: Report) -> dict[tuple[str, str], int]:
    """The number of each test by cell and name. A test that has changed is as in `report` from now
    on, for earlier attempts too."""
    known = {
        (row.cell, row.name): row
        for row in connection.execute(select(tests).where(tests.c.assignment == report.assignment))
    }
    numbers = {key: row.id for key, row in known.items()}
    position = 0
    for cell in report.cells:
        for test in cell.tests:
            position += 1
            key = (cell.grade_id, test.name)
            values = _described(cell, test, position)
            if key not in known:
                added = connection.execute(
                    insert(tests).values(
                        assignment=report.assignment, cell=key[0], name=key[1], **values
                    )
                ).inserted_primary_key
                assert added is not None  # an insert of one row
                numbers[key] = added[0]
            elif any(getattr(known[key], name) != value for name, value in values.items()):
                connection.execute(update(tests).where(tests.c.id == numbers[key]).values(**values))
    return numbers


def _described(cell: CellReport, test: TestReport, position: int) -> dict[str, object]:
    """What the index says of a test. A test that could not measure leaves its metric as it was."""
    total = sum(one.weight for one in cell.tests)
    values: dict[str, object] = {
        "title": test.title,
        "max_points": cell.max_score * test.weight / total if total else 0.0,
        "position": position,
    }
    if test.metrics:
        metric = test.metrics[0]
        values |= {"metric": metric.name, "baseline": metric.baseline, "target": metric.target}
    return values
