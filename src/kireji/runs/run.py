"""A run: a piece of work of a course, as everybody sees it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from kireji.errors import KirejiError


class RunError(KirejiError):
    """A run that cannot be had: of an unknown kind or assignment, or that does not exist."""


class RunKind(StrEnum):
    """What a run does. The values are what a page says."""

    GRADE = "grade"  # collect, and grade what is new
    GRADE_AGAIN = "grade again"  # collect, and grade everything where anything changed since
    COLLECT = "collect"
    RETURN_FEEDBACK = "return feedback"
    COMPARE = "compare"  # submissions with one another


class RunState(StrEnum):
    """The values are what a page says."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"  # some submissions may have failed: see the result
    FAILED = "failed"  # it could not go on
    CANCELLED = "cancelled"


OVER = (RunState.DONE, RunState.FAILED, RunState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Run:
    """assignments: their names   students: only theirs; empty for everybody's
    by: who asked   asked, started, ended: times in UTC
    done, total: submissions; total is 0 until it is known
    line: the last thing that happened   result: what came of it, in a sentence; "" until it is over
    """

    id: int
    kind: RunKind
    assignments: tuple[str, ...]
    students: tuple[str, ...]
    by: str
    state: RunState
    asked: datetime
    started: datetime | None
    ended: datetime | None
    done: int
    total: int
    line: str
    result: str
    cancel_requested: bool

    @property
    def assignment(self) -> str:
        """The assignments in one text."""
        return ", ".join(self.assignments)

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    def seconds_left(self, now: datetime | None = None) -> float | None:
        """How long it will still take at its speed so far; None if that is not known yet."""
        if self.state != RunState.RUNNING or not self.done or not self.started or not self.total:
            return None
        spent = ((now or datetime.now(UTC)) - self.started).total_seconds()
        return spent / self.done * (self.total - self.done)
