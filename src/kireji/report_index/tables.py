"""The tables of var/report_index.db.

A class of 1,000 has two million results: a result holds numbers only, and what is the same for all
of a test's results is in `tests`.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = 1  # of the tables below; a file of another version is made again

metadata = MetaData()

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment", Text, nullable=False),
    Column("student", Text, nullable=False),
    Column("came", Float, nullable=False),  # seconds since 1970; 0 if unknown
    Column("number", Integer, nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("score", Float, nullable=False),
    Column("max_score", Float, nullable=False),
    Column("late_seconds", Float, nullable=False),
    Column("for_instructor", Text, nullable=False),  # JSON; "" if there is nothing
    UniqueConstraint("assignment", "student", "came"),
    Index("attempts_of_student", "student"),
)

tests = Table(
    "tests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment", Text, nullable=False),
    Column("cell", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("max_points", Float, nullable=False),
    Column("position", Integer, nullable=False),  # in the report
    Column("metric", Text, nullable=False, default=""),  # "" if nothing was measured so far
    Column("baseline", Float, nullable=False, default=0.0),
    Column("target", Float, nullable=False, default=0.0),
    UniqueConstraint("assignment", "cell", "name"),
)

results = Table(
    "results",
    metadata,
    Column("attempt", Integer, ForeignKey("attempts.id"), primary_key=True),
    Column("test", Integer, ForeignKey("tests.id"), primary_key=True),
    Column("status", Text, nullable=False),
    Column("fraction", Float, nullable=False),
    Column("diagnosis", Text),
    Column("metric", Float),
    sqlite_with_rowid=False,
)

# Few results have a diagnosis: the index holds only those.
Index(
    "results_with_diagnosis",
    results.c.test,
    results.c.diagnosis,
    results.c.attempt,
    sqlite_where=results.c.diagnosis.is_not(None),
)
