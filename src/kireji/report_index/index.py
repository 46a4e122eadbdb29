"""The index of reports in var/report_index.db: written when a report is recorded, read by the desk.

Several processes use it. A writer holds it for milliseconds; a reader waits that long at most.
"""

import json
import statistics
from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import Connection, Row, Select, delete, func, select

from kireji.course.layout import Course
from kireji.files.database import Database
from kireji.report_index.rows import (
    AttemptRow,
    Distribution,
    MetricValues,
    MistakeRow,
    PointsTable,
    TestRow,
)
from kireji.report_index.tables import VERSION, attempts, metadata, results, tests
from kireji.report_index.writer import KeptReport, write

FILE = "report_index.db"
BINS = 10  # of a distribution


def open_index(course: Course) -> "ReportIndex":
    """The index of `course`; an empty one is made if there is none."""
    return ReportIndex(course)


class ReportIndex:
    """The index of one course. Every call opens the file anew, so that threads can share an index,
    and that it survives a restore."""

    def __init__(self, course: Course) -> None:
        self.course, self.path = course, course.var / FILE
        self._database = Database(self.path, metadata, VERSION, derived=True)

    def record(self, kept: KeptReport) -> None:
        """Write the rows of one attempt, in place of those that it had before."""
        with self._database.write() as connection:
            write(connection, kept)

    def rebuild(self, reports: Iterable[KeptReport]) -> int:
        """Write the rows of all `reports` in one step, and return their number.

        Attempts that no report is left of keep their rows; `forget` removes them."""
        count = 0
        with self._database.write() as connection:
            for kept in reports:
                write(connection, kept)
                count += 1
        return count

    def forget(self, student: str) -> None:
        """Remove every row of a student."""
        theirs = select(attempts.c.id).where(attempts.c.student == student)
        with self._database.write() as connection:
            connection.execute(delete(results).where(results.c.attempt.in_(theirs)))
            connection.execute(delete(attempts).where(attempts.c.student == student))

    def attempts(
        self, assignment: str | None = None, student: str | None = None
    ) -> list[AttemptRow]:
        """The graded attempts, by assignment, student and number."""
        query = select(attempts).order_by(
            attempts.c.assignment, attempts.c.student, attempts.c.number
        )
        return [_attempt(row) for row in self._rows(_narrowed(query, assignment, student))]

    def latest(self, assignment: str) -> list[AttemptRow]:
        """The attempt that counts of each student: the one in the gradebook."""
        query = _narrowed(select(attempts), assignment).where(attempts.c.counts)
        return [_attempt(row) for row in self._rows(query.order_by(attempts.c.student))]

    def tests(
        self, assignment: str, student: str | None = None, attempt: int | None = None
    ) -> list[TestRow]:
        """The hidden tests, by student and attempt, each attempt's in the order of its report.

        attempt: its number. Without it: of each student the attempt that counts."""
        query = _narrowed(_results(), assignment, student)
        query = query.where(
            attempts.c.counts if attempt is None else attempts.c.number == attempt
        ).order_by(attempts.c.student, attempts.c.number, tests.c.position)
        return [_test(row) for row in self._rows(query)]

    def distribution(self, assignment: str) -> Distribution | None:
        """How the scores of the attempts that count are spread; None if there are none."""
        rows = self.latest(assignment)
        if not rows:
            return None
        scores, top = [row.score for row in rows], max(row.max_score for row in rows)
        lower, median, upper = (
            statistics.quantiles(scores, n=4, method="inclusive")
            if len(scores) > 1
            else [scores[0]] * 3
        )
        return Distribution(
            scores, top, statistics.fmean(scores), median, lower, upper, _bins(scores, top)
        )

    def metrics(self, assignment: str) -> list[MetricValues]:
        """What each measuring test found in the attempts that count."""
        measuring = select(tests).where(tests.c.assignment == assignment, tests.c.metric != "")
        found = {
            row.id: MetricValues(
                row.cell, row.name, row.title, row.metric, row.baseline, row.target, {}
            )
            for row in self._rows(measuring.order_by(tests.c.position))
        }
        query = (
            select(attempts.c.student, results.c.test, results.c.metric)
            .join_from(attempts, results, results.c.attempt == attempts.c.id)
            .where(attempts.c.counts, results.c.test.in_(found), results.c.metric.is_not(None))
        )
        for row in self._rows(_narrowed(query, assignment).order_by(attempts.c.student)):
            found[row.test].by_student[row.student] = row.metric
        return list(found.values())

    def points(self, assignment: str) -> PointsTable:
        """What each hidden test gave in the attempts that count, as a table."""
        ours = select(tests).where(tests.c.assignment == assignment).order_by(tests.c.position)
        query = (
            select(results.c.attempt, results.c.test, results.c.fraction)
            .join_from(attempts, results, results.c.attempt == attempts.c.id)
            .where(attempts.c.assignment == assignment, attempts.c.counts)
        )
        items = self._rows(ours)
        with self._database.read() as connection:
            # As the driver gives them: a class of 1,000 has 50,000 rows.
            found = np.array(_tuples(connection, query), np.float64).reshape(-1, 3)
        numbers, places = np.unique(found[:, 0], return_inverse=True)
        columns = {row.id: column for column, row in enumerate(items)}
        fractions = np.full((len(numbers), len(items)), np.nan)
        at = np.array([columns[int(test)] for test in found[:, 1]], int)
        fractions[places, at] = found[:, 2]
        asked = ~np.isnan(fractions).all(axis=0)  # a test may be gone
        kept = [row for row, is_asked in zip(items, asked, strict=True) if is_asked]
        most = np.array([row.max_points for row in kept])
        return PointsTable(
            [row.cell for row in kept],
            [row.name for row in kept],
            [row.title for row in kept],
            most,
            fractions[:, asked] * most,
        )

    def mistakes(self, assignment: str) -> list[MistakeRow]:
        """Who made which mistake in which attempts, of those that diagnoses name."""
        ours = tests.c.assignment == assignment
        with self._database.read() as connection:
            # As the driver gives them, and put together here: SQLite takes ten times as long to
            # group the 50,000 of a class of 1,000.
            cells = dict(_tuples(connection, select(tests.c.id, tests.c.cell).where(ours)))
            made_by = {
                number: rest
                for number, *rest in _tuples(
                    connection,
                    select(
                        attempts.c.id, attempts.c.student, attempts.c.number, attempts.c.counts
                    ).where(attempts.c.assignment == assignment),
                )
            }
            found = _tuples(
                connection,
                select(results.c.attempt, results.c.test, results.c.diagnosis).where(
                    results.c.test.in_(cells), results.c.diagnosis.is_not(None)
                ),
            )
        rows: dict[tuple[str, str], MistakeRow] = {}
        for attempt, test, diagnosis in found:
            student, number, counts = made_by[attempt]
            row = rows.get((student, diagnosis))
            if row is None:
                row = rows[student, diagnosis] = MistakeRow(diagnosis, student, number, False, [])
            row.last = max(row.last, number)
            row.now |= bool(counts)
            if cells[test] not in row.cells:
                row.cells.append(cells[test])
        return sorted(rows.values(), key=lambda row: (row.student, row.diagnosis))

    def last_numbers(self, assignment: str) -> dict[str, int]:
        """{student: the number of their last attempt}"""
        query = select(attempts.c.student, func.max(attempts.c.number).label("last"))
        rows = self._rows(_narrowed(query, assignment).group_by(attempts.c.student))
        return {row.student: row.last for row in rows}

    def _rows(self, query: Select) -> list[Row]:
        with self._database.read() as connection:
            return list(connection.execute(query).all())


def _tuples(connection: Connection, query: Select) -> list[tuple]:
    """The rows of `query` as the driver gives them."""
    cursor = connection.execute(query).cursor
    return list(cursor.fetchall()) if cursor else []


def _results() -> Select:
    return (
        select(
            attempts.c.assignment,
            attempts.c.student,
            attempts.c.number,
            tests.c.cell,
            tests.c.name,
            tests.c.title,
            results.c.status,
            tests.c.max_points,
            results.c.fraction,
            results.c.diagnosis,
            results.c.metric,
        )
        .join_from(attempts, results, results.c.attempt == attempts.c.id)
        .join(tests, tests.c.id == results.c.test)
    )


def _narrowed(query: Select, assignment: str | None, student: str | None = None) -> Select:
    if assignment is not None:
        query = query.where(attempts.c.assignment == assignment)
    return query if student is None else query.where(attempts.c.student == student)


def _attempt(row: Row) -> AttemptRow:
    return AttemptRow(
        row.assignment,
        row.student,
        row.number,
        datetime.fromtimestamp(row.came, UTC) if row.came else None,
        row.counts,
        row.score,
        row.max_score,
        row.late_seconds,
        tuple(json.loads(row.for_instructor)) if row.for_instructor else (),
    )


def _test(row: Row) -> TestRow:
    return TestRow(
        row.assignment,
        row.student,
        row.number,
        row.cell,
        row.name,
        row.title,
        row.status,
        round(row.fraction * row.max_points, 4),
        row.max_points,
        row.fraction,
        row.diagnosis or "",
        row.metric,
    )


def _bins(scores: list[float], top: float) -> list[tuple[float, float, int]]:
    width = top / BINS
    counts = [0] * BINS
    for score in scores:
        counts[min(max(int(score / width), 0), BINS - 1) if width else 0] += 1
    return [(width * i, width * (i + 1), count) for i, count in enumerate(counts)]
