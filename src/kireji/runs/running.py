"""Carrying out a run: who does it holds the run's lock, which goes with the process however that
ends. So a run that was cut short is found, and goes on."""

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from filelock import FileLock
from sqlalchemy import func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import SQLAlchemyError

from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.files.lock import LockedError, hold
from kireji.runs.queue import get, remove_old
from kireji.runs.run import OVER, Run, RunKind, RunState
from kireji.runs.tables import LOCKS, add, database, items, run_from, runs

CUT_SHORT = "It was stopped before its end. {done} of {total} are recorded; grade again to go on."


class Running:
    """A run that this process carries out. A context: leaving it ends the run, as done unless
    something else was said, or as failed with the reason.

    What cannot be written here (a full disk) never stops the work: only the list of runs is behind.
    """

    def __init__(self, course: Course, run: Run | None, lock: FileLock | None) -> None:
        self.course, self.run, self._lock = course, run, lock
        self._state, self._result = RunState.DONE, ""

    def __enter__(self) -> "Running":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, (KeyboardInterrupt, GeneratorExit)):
            self._end(RunState.CANCELLED, "Stopped in the terminal. What is recorded stays.")
        elif isinstance(error, KirejiError):
            self._end(RunState.FAILED, str(error))
        elif error is not None:
            self._end(RunState.FAILED, f"Kireji failed ({type(error).__name__}: {error}).")
        else:
            self._end(self._state, self._result)
        self._release()

    def expect(self, count: int) -> None:
        """Say that so many submissions are still to be done."""
        done = len(self.finished_items())
        self._write(total=done + count, done=done)

    def finished(self, assignment: str, student: str, reason: str = "", line: str = "") -> None:
        """Note that a submission is done, or the reason why it could not be.

        line: what to show; a sentence about it unless given"""
        if self.run is None:
            return
        said = line or f"{student}'s {assignment} {'could not be done' if reason else 'is done'}"
        with contextlib.suppress(SQLAlchemyError, OSError), database(self.course).write() as open_:
            values = {"run": self.run.id, "assignment": assignment, "student": student}
            open_.execute(
                upsert(items)
                .values(**values, reason=reason)
                .on_conflict_do_update(
                    index_elements=["run", "assignment", "student"], set_={"reason": reason}
                )
            )
            count = select(func.count()).where(items.c.run == self.run.id).scalar_subquery()
            open_.execute(
                update(runs).where(runs.c.id == self.run.id).values(done=count, line=said)
            )

    def finished_items(self) -> set[tuple[str, str]]:
        """(assignment, student) of what the run is done with, also before it was cut short."""
        if self.run is None:
            return set()
        query = select(items.c.assignment, items.c.student).where(items.c.run == self.run.id)
        with database(self.course).read() as connection:
            return {(row.assignment, row.student) for row in connection.execute(query)}

    def tell(self, line: str) -> None:
        """Show `line` as the last thing that happened."""
        self._write(line=line)

    @property
    def cancel_requested(self) -> bool:
        """Whether somebody has asked for the run to end."""
        try:
            return self.run is not None and get(self.course, self.run.id).cancel_requested
        except (SQLAlchemyError, OSError, KirejiError):
            return False

    @property
    def cancelled(self) -> bool:
        """Whether it ends, or has ended, because somebody asked for it."""
        return self._state == RunState.CANCELLED

    @property
    def result(self) -> str:
        """What came of it, as `ends_as` was told."""
        return self._result

    def ends_as(self, state: RunState, result: str) -> None:
        """Say how the run ends, when it does."""
        self._state, self._result = state, result

    def _release(self) -> None:
        """Let go of a run that is over. Its lock is needed no more: who takes it sees the state."""
        if self._lock and self.run:
            with contextlib.suppress(OSError):
                _lock_file(self.course, self.run.id).unlink(missing_ok=True)
                self._lock.release()

    def _end(self, state: RunState, result: str) -> None:
        self._write(state=state, result=result, ended=time.time())
        with contextlib.suppress(SQLAlchemyError, OSError):
            remove_old(self.course)

    def _write(self, **values: object) -> None:
        if self.run is None:
            return
        with contextlib.suppress(SQLAlchemyError, OSError), database(self.course).write() as open_:
            open_.execute(update(runs).where(runs.c.id == self.run.id).values(**values))


def begin(
    course: Course, kind: RunKind, assignments: Sequence[str], students: Sequence[str], *, by: str
) -> Running:
    """Begin a run that this program carries out by itself, such as `./kireji grade`."""
    try:
        with database(course).write() as connection:
            row = add(
                connection,
                kind,
                assignments,
                students,
                by,
                state=RunState.RUNNING,
                queued=False,
                started=time.time(),
            )
            # Before anybody can see the run, who would think that it was cut short.
            lock = hold(_lock_file(course, row.id))
    except (SQLAlchemyError, OSError):
        return Running(course, None, None)
    return Running(course, run_from(row), lock)


def take(course: Course) -> Running | None:
    """Take the oldest run that waits or was cut short; None if there is none.

    A run that a program had begun by itself and left ends as failed: only that program knew its
    options."""
    _remove_left_locks(course)
    open_states = (RunState.WAITING, RunState.RUNNING)
    with database(course).read() as connection:
        rows = list(
            connection.execute(
                select(runs).where(runs.c.state.in_(open_states)).order_by(runs.c.id)
            )
        )
    for row in rows:
        try:
            lock = hold(_lock_file(course, row.id), max_wait_seconds=0)
        except LockedError:
            continue  # somebody carries it out
        running = Running(course, run_from(row), lock)
        if _claim(running):
            return running
    return None


def has_work(course: Course, cut_short: bool = False) -> bool:
    """Whether there is a run to `take`. Cheap: a runner asks every second.

    cut_short: look also for runs whose program is gone"""
    query = select(runs.c.id, runs.c.state).where(
        runs.c.state.in_((RunState.WAITING, RunState.RUNNING) if cut_short else (RunState.WAITING,))
    )
    with database(course).read() as connection:
        rows = list(connection.execute(query))
    return any(row.state == RunState.WAITING or not _is_held(course, row.id) for row in rows)


def put_back(course: Course) -> None:
    """Have queued runs that were cut short wait again, so that the list says so."""
    query = select(runs.c.id).where(runs.c.state == RunState.RUNNING, runs.c.queued)
    with database(course).read() as connection:
        numbers = [row.id for row in connection.execute(query)]
    for number in numbers:
        with contextlib.suppress(LockedError), hold(_lock_file(course, number), max_wait_seconds=0):
            this = (runs.c.id == number, runs.c.state == RunState.RUNNING)
            values = {"state": RunState.WAITING, "line": "Waits for the runner to start again."}
            with database(course).write() as connection:
                connection.execute(update(runs).where(*this).values(**values))


def runner_lock(course: Course) -> FileLock:
    """Be the runner of `course`. LockedError if another process is."""
    return hold(course.var / LOCKS / "runner.lock", max_wait_seconds=0)


def _claim(running: Running) -> bool:
    """Whether this process is to carry out `running`, whose lock it holds. If not, the run has
    ended, or ends here."""
    assert running.run is not None  # it was read from the queue
    this = runs.c.id == running.run.id
    now = time.time()
    with database(running.course).write() as connection:
        row = connection.execute(select(runs).where(this)).one()
        run = run_from(row)
        values: dict[str, object] = {"state": RunState.CANCELLED, "ended": now}
        if run.is_over:  # a moment ago
            values = {}
        elif run.cancel_requested:
            values["result"] = "Cancelled. What is recorded stays."
        elif row.queued:
            values = {"state": RunState.RUNNING, "started": row.started or now, "line": ""}
        else:
            said = CUT_SHORT.format(done=run.done, total=run.total)
            values |= {"state": RunState.FAILED, "result": said}
        if values:
            connection.execute(update(runs).where(this).values(**values))
        running.run = run_from(connection.execute(select(runs).where(this)).one())
    if running.run.is_over:
        running._release()
    return not running.run.is_over


def _is_held(course: Course, number: int) -> bool:
    try:
        hold(_lock_file(course, number), max_wait_seconds=0).release()
    except LockedError:
        return True
    return False


def _remove_left_locks(course: Course) -> None:
    """Remove the locks of runs that were killed after their end was noted."""
    numbers = [
        int(path.stem) for path in (course.var / LOCKS).glob("*.lock") if path.stem.isdigit()
    ]
    if not numbers:
        return
    query = select(runs.c.id).where(runs.c.id.in_(numbers), runs.c.state.in_(OVER))
    with database(course).read() as connection:
        over = [row.id for row in connection.execute(query)]
    for number in over:
        with contextlib.suppress(OSError):
            _lock_file(course, number).unlink(missing_ok=True)


def _lock_file(course: Course, number: int) -> Path:
    return course.var / LOCKS / f"{number}.lock"
