"""The tables of var/runs.db."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    insert,
)

from kireji.course.layout import Course
from kireji.files.database import Database
from kireji.runs.run import Run, RunKind, RunState

FILE = "runs.db"
LOCKS = "runs"  # the folder of the locks; whoever carries out a run holds its lock
VERSION = 1
SEPARATOR = "\n"  # between names in one column

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("assignments", Text, nullable=False),
    Column("students", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("queued", Boolean, nullable=False),  # for the runner; else its own program does it
    Column("asked", Float, nullable=False),
    Column("started", Float),
    Column("ended", Float),
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer, nullable=False, default=0),
    Column("line", Text, nullable=False, default=""),
    Column("result", Text, nullable=False, default=""),
    Column("cancel", Boolean, nullable=False, default=False),
    Index("runs_by_state", "state"),
    sqlite_autoincrement=True,  # a number is never used again
)

# Submissions that a run is done with.
items = Table(
    "items",
    metadata,
    Column("run", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("assignment", Text, primary_key=True),
    Column("student", Text, primary_key=True),
    Column("reason", Text, nullable=False),  # why it could not be done; "" if it is done
    sqlite_with_rowid=False,
)


def database(course: Course) -> Database:
    return Database(course.var / FILE, metadata, VERSION)


def add(
    connection: Connection,
    kind: RunKind,
    assignments: Sequence[str],
    students: Sequence[str],
    by: str,
    **more: object,
) -> Row:
    """Write down a new run; `more` are values of further columns."""
    return connection.execute(
        insert(runs)
        .values(
            kind=kind,
            assignments=SEPARATOR.join(assignments),
            students=SEPARATOR.join(students),
            by=by,
            asked=time.time(),
            **more,
        )
        .returning(runs)
    ).one()


def run_from(row: Row) -> Run:
    return Run(
        row.id,
        RunKind(row.kind),
        _names(row.assignments),
        _names(row.students),
        row.by,
        RunState(row.state),
        datetime.fromtimestamp(row.asked, UTC),
        datetime.fromtimestamp(row.started, UTC) if row.started else None,
        datetime.fromtimestamp(row.ended, UTC) if row.ended else None,
        row.done,
        row.total,
        row.line,
        row.result,
        row.cancel,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(SEPARATOR)) if text else ()
