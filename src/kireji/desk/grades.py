"""What nbgrader's gradebook says, in a few queries for the whole class. Reads only."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import Connection, Row, Select, create_engine, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from kireji.nbgrader_plugins.gradebook import GradebookError, file_of


@dataclass(frozen=True)
class Enrolled:
    """A student of the class."""

    name: str
    first_name: str
    last_name: str
    mail: str

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Graded:
    """One graded submission. points: before the penalty for being late. to_read: how many tasks
    wait for a person."""

    assignment: str
    student: str
    came: datetime | None
    points: float
    penalty: float
    to_read: int

    @property
    def score(self) -> float:
        return max(0.0, self.points - self.penalty)


@dataclass(frozen=True)
class Task:
    """One graded cell of an assignment."""

    name: str
    max_score: float


@dataclass(frozen=True)
class TaskGrade:
    """What one submission has in one task. comment: None where the task takes none."""

    task: str
    auto: float | None
    manual: float | None
    extra: float
    to_read: bool
    comment: str | None

    @property
    def score(self) -> float:
        found = self.manual if self.manual is not None else self.auto
        return (found or 0.0) + (self.extra if found is not None else 0.0)


class Grades:
    """The gradebook at `db_url`. Empty while there is none."""

    def __init__(self, db_url: str) -> None:
        self.file = file_of(db_url)
        # Opened anew each time: a restore puts another file in its place.
        self.engine: Engine = create_engine(_read_only(db_url, self.file), poolclass=NullPool)

    def enrolled(self) -> list[Enrolled]:
        """The class, by last name."""
        rows = self._rows(select(Student.id, Student.first_name, Student.last_name, Student.email))
        people = [Enrolled(*(field or "" for field in row)) for row in rows]
        return sorted(people, key=lambda one: (one.last_name.lower(), one.first_name, one.name))

    def tasks(self) -> dict[str, list[Task]]:
        """The graded cells of each assignment."""
        found: dict[str, list[Task]] = {}
        for cell in (GradeCell, TaskCell):
            table = cell.__table__
            query = (
                select(Assignment.name, BaseCell.__table__.c.name, table.c.max_score)
                .join(Notebook, Notebook.assignment_id == Assignment.id)
                .join(BaseCell.__table__, BaseCell.__table__.c.notebook_id == Notebook.id)
                .join(table, table.c.id == BaseCell.__table__.c.id)
            )
            for assignment, name, most in self._rows(query):
                found.setdefault(assignment, []).append(Task(name, most or 0.0))
        return found

    def graded(self, assignment: str = "", student: str = "") -> list[Graded]:
        """The graded submissions, of one assignment or one student where that is given."""
        query = (
            select(
                Assignment.name,
                SubmittedAssignment.student_id,
                SubmittedAssignment.timestamp,
                SubmittedNotebook.id,
                func.coalesce(SubmittedNotebook.late_submission_penalty, 0.0),
            )
            .select_from(SubmittedAssignment)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        )
        if assignment:
            query = query.where(Assignment.name == assignment)
        if student:
            query = query.where(SubmittedAssignment.student_id == student)
        rows = self._rows(query)
        # By itself: nbgrader's tables have no index for the way from a notebook to its grades.
        sums = select(
            Grade.notebook_id, func.sum(Grade.score), func.sum(Grade.needs_manual_grade)
        ).group_by(Grade.notebook_id)
        if student:
            sums = sums.where(Grade.notebook_id.in_([row.id for row in rows]))
        points = {notebook: (score, unread) for notebook, score, unread in self._rows(sums)}
        return [
            Graded(
                name,
                who,
                came.replace(tzinfo=UTC) if came else None,
                points[notebook][0] or 0.0,
                penalty,
                points[notebook][1] or 0,
            )
            for name, who, came, notebook, penalty in rows
            if notebook in points
        ]

    def by_task(self, assignment: str, student: str = "") -> dict[str, list[TaskGrade]]:
        """student -> what they have in each task of `assignment`."""
        commented = BaseCell.__table__.alias()  # a task's score and its comment have a cell each
        query = (
            select(
                SubmittedAssignment.student_id,
                BaseCell.__table__.c.name,
                Grade.auto_score,
                Grade.manual_score,
                func.coalesce(Grade.extra_credit, 0.0),
                Grade.needs_manual_grade,
                select(func.coalesce(func.max(Comment.manual_comment), ""))
                .join(commented, commented.c.id == Comment.cell_id)
                .where(
                    Comment.notebook_id == Grade.notebook_id,
                    commented.c.name == BaseCell.__table__.c.name,
                )
                .group_by(Comment.id)
                .correlate(Grade, BaseCell.__table__)
                .limit(1)
                .scalar_subquery(),
            )
            .select_from(Grade)
            .join(BaseCell.__table__, BaseCell.__table__.c.id == Grade.cell_id)
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .where(Assignment.name == assignment)
        )
        if student:
            query = query.where(SubmittedAssignment.student_id == student)
        found: dict[str, list[TaskGrade]] = {}
        for who, *values in self._rows(query):
            found.setdefault(who, []).append(TaskGrade(*values))
        return found

    def _rows(self, query: Select) -> list[Row]:
        try:
            with self._connection() as connection:
                return list(connection.execute(query)) if connection else []
        except OperationalError as error:
            if "no such table" in str(error):
                return []
            raise GradebookError(f"The gradebook cannot be read: {error.orig}.") from None
        except DatabaseError as error:
            raise GradebookError(f"The gradebook cannot be read: {error.orig}.") from None

    @contextmanager
    def _connection(self) -> Iterator[Connection | None]:
        if self.file and not self.file.exists():
            yield None
            return
        with self.engine.connect() as connection:
            yield connection


def _read_only(db_url: str, file: Path | None) -> str:
    return f"sqlite:///file:{file}?mode=ro&uri=true" if file else db_url
