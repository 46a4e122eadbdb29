"""The tables of var/readings.db. A change of them needs a migration: nobody reads 200 answers
twice."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, Table, Text

from kireji.course.layout import Course
from kireji.files.database import Database

FILE = "readings.db"
VERSION = 1

metadata = MetaData()


def _answer() -> list[Column]:
    return [Column(name, Text, primary_key=True) for name in ("assignment", "cell", "student")]


rubric = Table(
    "rubric",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment", Text, nullable=False),
    Column("cell", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("group", Text, nullable=False),
    Column("points", Float, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("removed", Boolean, nullable=False, default=False),
    sqlite_autoincrement=True,  # a number is never used again
)

readings = Table(
    "readings",
    metadata,
    *_answer(),
    Column("items", Text, nullable=False),  # numbers of `rubric`, with commas
    Column("points", Float, nullable=False),
    Column("comment", Text, nullable=False),
    Column("came", Float, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("recorded", Boolean, nullable=False, default=False),  # in the gradebook
)

# What a reading was before it was saved again; the newest is what `undo` brings back.
history = Table(
    "history",
    metadata,
    Column("id", Integer, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("assignment", "cell", "student")),
    Column("before", Text, nullable=False),  # JSON; "" where there was no reading
    Index("history_of_answer", "assignment", "cell", "student"),
)

# What somebody typed and has not saved.
drafts = Table(
    "drafts",
    metadata,
    *_answer(),
    Column("by", Text, primary_key=True),
    Column("content", Text, nullable=False),  # JSON
)

# Who reads which answer now.
leases = Table(
    "leases",
    metadata,
    *_answer(),
    Column("by", Text, nullable=False),
    Column("until", Float, nullable=False),
)


def database(course: Course) -> Database:
    return Database(course.var / FILE, metadata, VERSION)
