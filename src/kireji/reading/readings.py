"""Readings of a course: who reads which answer now, what was said of it, and undoing it.

Everything is in var/readings.db at once, and reaches the gradebook with `record_in_gradebook`: a
gradebook that is busy or gone loses nothing that a person typed.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace

from sqlalchemy import Connection, Table, and_, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from kireji.course.layout import Course
from kireji.reading.gradebook import WrittenGrades
from kireji.reading.order import place
from kireji.reading.rubric_store import RubricStore, checked_points, numbers, score
from kireji.reading.tables import drafts, history, leases, readings
from kireji.reading.values import Progress, Reading, ReadingError
from kireji.report_index import open_index

LEASE_SECONDS = 600.0  # that an answer is a reader's, after it was last given to them
MAX_COMMENT = 20_000  # characters
NOT_READ = -1.0  # as the time of a reading that was undone


class Readings(RubricStore):
    """Those of `course`. clock: seconds since 1970"""

    def __init__(self, course: Course, clock: Callable[[], float] = time.time) -> None:
        super().__init__(course)
        self._clock = clock

    def progress(self, assignment: str, cell: str) -> Progress:
        """How many of the graded submissions' answers are read. An answer counts as unread again
        when its student has handed in another attempt that counts."""
        came, read = self._came(assignment), self._read(assignment, cell)
        return Progress(sum(read.get(name) == time for name, time in came.items()), len(came))

    def next_answer(self, assignment: str, cell: str, reader: str, after: str = "") -> str | None:
        """The student whose answer `reader` reads next; None if all are read or with others.

        The answer is leased: nobody else is given it for ten minutes, or until it is saved. The
        order is the same for everybody and tells nothing of names. after: the student before, to
        ask for the next one while this one is read"""
        self.most(assignment, cell)
        came, read = self._came(assignment), self._read(assignment, cell)
        waiting = [name for name in came if read.get(name) != came[name]]
        ordered = sorted(waiting, key=lambda name: place(cell, name))
        later = [name for name in ordered if place(cell, name) > place(cell, after)]
        choice = [name for name in (later + ordered if after else ordered) if name != after]
        with self._database.write() as connection:
            taken = {
                row.student
                for row in connection.execute(
                    select(leases.c.student).where(
                        leases.c.assignment == assignment,
                        leases.c.cell == cell,
                        leases.c.by != reader,
                        leases.c.until > self._clock(),
                    )
                )
            }
            for student in choice:
                if student not in taken:
                    self._lease(connection, (assignment, cell, student), reader)
                    return student
        return None

    def lease(self, assignment: str, cell: str, student: str, reader: str) -> None:
        """Give `reader` this very answer, or keep it for ten more minutes. ReadingError if another
        person has it."""
        where = (assignment, cell, student)
        with self._database.write() as connection:
            self._refuse_others(connection, where, reader)
            self._lease(connection, where, reader)

    def release(self, assignment: str, cell: str, student: str, reader: str) -> None:
        """Let others have an answer that `reader` leaves unread."""
        this = _this(leases, (assignment, cell, student))
        with self._database.write() as connection:
            connection.execute(delete(leases).where(this, leases.c.by == reader))

    def reading_of(self, assignment: str, cell: str, student: str) -> Reading | None:
        """What was said of an answer; None if it is not read."""
        with self._database.read() as connection:
            found = _reading(connection, (assignment, cell, student))
        return None if found is None or found.came == NOT_READ else found

    def score_of(self, reading: Reading) -> float:
        """The points of a reading, between 0 and what the question is worth."""
        known = {item.id: item.points for item in self.rubric(reading.assignment, reading.cell)}
        most = self.most(reading.assignment, reading.cell)
        return score(reading.items, reading.points, known, most)

    def save(self, reading: Reading, *, by: str) -> float:
        """Put a reading in place of the one before, and return the score. ReadingError if another
        person reads the answer now, or something in it is impossible; nothing is changed then."""
        where = (reading.assignment, reading.cell, reading.student)
        checked_points(reading.points)
        if len(reading.comment) > MAX_COMMENT:
            raise ReadingError(f"A comment has at most {MAX_COMMENT} characters.")
        known = {item.id for item in self.rubric(reading.assignment, reading.cell)}
        if unknown := set(reading.items) - known:
            raise ReadingError(
                f"The rubric of {reading.cell} has no item {min(unknown)}; load the page again."
            )
        came = self._came(reading.assignment)
        if reading.student not in came:
            raise ReadingError(f"{reading.student} has no graded {reading.assignment}.")
        reading = replace(reading, came=came[reading.student], by=by)
        with self._database.write() as connection:
            self._refuse_others(connection, where, by)
            before = _reading(connection, where)
            content = json.dumps(asdict(before)) if before else ""
            connection.execute(insert(history).values(**_named(where), before=content))
            self._put(connection, reading)
            connection.execute(delete(drafts).where(_this(drafts, where), drafts.c.by == by))
            connection.execute(delete(leases).where(_this(leases, where)))
        points = self.score_of(reading)
        was = f"{self.score_of(before):g}" if before and before.came != NOT_READ else "unread"
        self._audit("read an answer", where, by, before=was, after=f"{points:g}")
        return points

    def undo(self, assignment: str, cell: str, student: str, *, by: str) -> Reading | None:
        """Bring back what was said of an answer before it was last saved, and return it; None if it
        is unread again. ReadingError if there is nothing to undo."""
        where = (assignment, cell, student)
        with self._database.write() as connection:
            self._refuse_others(connection, where, by)
            query = select(history).where(_this(history, where)).order_by(history.c.id.desc())
            last = connection.execute(query).first()
            if last is None:
                raise ReadingError(
                    f"Nothing was saved for this answer to {cell} that can be undone."
                )
            connection.execute(delete(history).where(history.c.id == last.id))
            before = Reading(*where, came=NOT_READ, by=by)
            if last.before:
                content = json.loads(last.before)
                before = Reading(**content | {"items": tuple(content["items"])})
            self._put(connection, before)
        self._audit("undid a reading", where, by)
        return self.reading_of(*where)

    def keep_draft(self, assignment: str, cell: str, student: str, draft: dict, *, by: str) -> None:
        """Keep what `by` has typed and not saved yet (plain data), until it is saved."""
        values = {**_named((assignment, cell, student)), "by": by, "content": json.dumps(draft)}
        with self._database.write() as connection:
            put = upsert(drafts).values(**values)
            keys = ["assignment", "cell", "student", "by"]
            connection.execute(
                put.on_conflict_do_update(index_elements=keys, set_={"content": values["content"]})
            )

    def draft_of(self, assignment: str, cell: str, student: str, *, by: str) -> dict | None:
        """What `by` had typed; None if nothing waits to be saved."""
        this = _this(drafts, (assignment, cell, student))
        query = select(drafts.c.content).where(this, drafts.c.by == by)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return json.loads(row.content) if row else None

    def comments(self, assignment: str, cell: str, limit: int = 20) -> list[str]:
        """Comments that were given for this question, the most used first."""
        query = (
            select(readings.c.comment)
            .where(
                readings.c.assignment == assignment,
                readings.c.cell == cell,
                readings.c.comment != "",
            )
            .group_by(readings.c.comment)
            .order_by(func.count().desc(), readings.c.comment)
        )
        with self._database.read() as connection:
            return [row.comment for row in connection.execute(query.limit(limit))]

    def record_in_gradebook(self, grades: WrittenGrades) -> int:
        """Write every reading that the gradebook has not, and return how many those were.
        GradebookError if it cannot be written; what is left is written by the next call."""
        query = select(readings).where(readings.c.recorded.is_(False))
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        count = 0
        for row in rows:
            reading = from_row(row)
            points = None if reading.came == NOT_READ else self.score_of(reading)
            if grades.write(
                reading.assignment, reading.cell, reading.student, points, reading.comment
            ):
                count += 1
            elif points is not None:  # it may be graded later
                continue
            # What was saved again meanwhile has another time, and stays to be recorded.
            this = and_(
                _this(readings, (row.assignment, row.cell, row.student)), readings.c.at == row.at
            )
            with self._database.write() as connection:
                connection.execute(update(readings).where(this).values(recorded=True))
        return count

    def forget(self, student: str) -> None:
        """Remove everything of a student."""
        with self._database.write() as connection:
            for table in (readings, history, drafts, leases):
                connection.execute(delete(table).where(table.c.student == student))

    def _came(self, assignment: str) -> dict[str, float]:
        """{student: when the attempt that counts was handed in}"""
        rows = open_index(self.course).latest(assignment)
        return {row.student: row.came.timestamp() if row.came else 0.0 for row in rows}

    def _read(self, assignment: str, cell: str) -> dict[str, float]:
        query = select(readings.c.student, readings.c.came).where(
            readings.c.assignment == assignment, readings.c.cell == cell
        )
        with self._database.read() as connection:
            return {row.student: row.came for row in connection.execute(query)}

    def _lease(self, connection: Connection, where: tuple[str, str, str], reader: str) -> None:
        values = {"by": reader, "until": self._clock() + LEASE_SECONDS}
        connection.execute(
            upsert(leases)
            .values(**_named(where), **values)
            .on_conflict_do_update(index_elements=["assignment", "cell", "student"], set_=values)
        )

    def _refuse_others(
        self, connection: Connection, where: tuple[str, str, str], reader: str
    ) -> None:
        row = connection.execute(
            select(leases.c.by).where(
                _this(leases, where), leases.c.by != reader, leases.c.until > self._clock()
            )
        ).first()
        if row:
            raise ReadingError(f"{row.by} is reading this answer now. Take the next one.")

    def _put(self, connection: Connection, reading: Reading) -> None:
        values = {
            "items": ",".join(str(number) for number in reading.items),
            "points": reading.points,
            "comment": reading.comment,
            "came": reading.came,
            "by": reading.by,
            "at": self._clock(),
            "recorded": False,
        }
        connection.execute(
            upsert(readings)
            .values(**_named((reading.assignment, reading.cell, reading.student)), **values)
            .on_conflict_do_update(index_elements=["assignment", "cell", "student"], set_=values)
        )

    def _audit(self, what: str, where: tuple[str, str, str], by: str, **details: object) -> None:
        assignment, cell, student = where
        self.course.audit.record(what, f"{assignment}/{student}", by=by, question=cell, **details)


def _named(where: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("assignment", "cell", "student"), where, strict=True))


def _this(table: Table, where: tuple[str, str, str]):
    return and_(*(table.c[name] == value for name, value in _named(where).items()))


def _reading(connection: Connection, where: tuple[str, str, str]) -> Reading | None:
    row = connection.execute(select(readings).where(_this(readings, where))).first()
    return from_row(row) if row else None


def from_row(row) -> Reading:
    """The reading in a row of the table."""
    return Reading(
        row.assignment,
        row.cell,
        row.student,
        numbers(row.items),
        row.points,
        row.comment,
        row.came,
        row.by,
    )
