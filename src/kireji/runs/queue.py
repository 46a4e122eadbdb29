"""Asking for runs, looking at them and cancelling them. None of this waits for a submission."""

import re
import time
from collections.abc import Sequence

from sqlalchemy import delete, select, update

from kireji.course.layout import Course
from kireji.runs.run import OVER, Run, RunError, RunKind, RunState
from kireji.runs.tables import SEPARATOR, add, database, items, run_from, runs

MAX_KEPT = 5000  # runs that are over
NAMES = r"[\w.@+-]*[\w@+-]"  # what may be the name of an account in a sentence


def submit(
    course: Course,
    kind: RunKind | str,
    assignment: str | Sequence[str],
    students: Sequence[str] = (),
    *,
    by: str,
) -> Run:
    """Ask for a run; the runner of the course carries it out when those before it are done.

    assignment: one name, or several   students: only theirs; everybody's if empty
    RunError for a kind or an assignment that does not exist. The same run that already waits is not
    queued twice: it is returned."""
    kind, names = _checked(course, kind, assignment)
    with database(course).write() as connection:
        waiting = connection.execute(
            select(runs).where(
                runs.c.state == RunState.WAITING,
                runs.c.queued,
                runs.c.cancel.is_(False),
                runs.c.kind == kind,
                runs.c.assignments == SEPARATOR.join(names),
                runs.c.students == SEPARATOR.join(students),
            )
        ).first()
        if waiting:
            return run_from(waiting)
        added = add(connection, kind, names, students, by, state=RunState.WAITING, queued=True)
    course.audit.record(f"asked to {kind}", ", ".join(names), by=by, run=added.id)
    return run_from(added)


def list_runs(
    course: Course, states: Sequence[RunState] = (), assignment: str = "", limit: int = 50
) -> list[Run]:
    """The newest runs first, in all states unless `states` are given."""
    query = select(runs).order_by(runs.c.id.desc())
    if states:
        query = query.where(runs.c.state.in_(states))
    with database(course).read() as connection:
        found = []
        for row in connection.execute(query if assignment else query.limit(limit)):
            run = run_from(row)
            if not assignment or assignment in run.assignments:
                found.append(run)
            if len(found) == limit:
                break
    return found


def get(course: Course, number: int) -> Run:
    """The run with this number. RunError if there is none."""
    with database(course).read() as connection:
        row = connection.execute(select(runs).where(runs.c.id == number)).first()
    if row is None:
        raise RunError(f"There is no run {number}. ./kireji runs lists those there are.")
    return run_from(row)


def reasons(course: Course, number: int) -> dict[tuple[str, str], str]:
    """{(assignment, student): why it could not be done}, of a run so far."""
    query = select(items).where(items.c.run == number, items.c.reason != "")
    with database(course).read() as connection:
        return {(row.assignment, row.student): row.reason for row in connection.execute(query)}


def cancel(course: Course, number: int, *, by: str) -> Run:
    """Ask for a run to end. A waiting run ends at once, a running one before its next submission;
    what it has recorded stays. Nothing happens to a run that is over. RunError if there is none."""
    run = get(course, number)
    with database(course).write() as connection:
        waiting = connection.execute(
            update(runs)
            .where(runs.c.id == number, runs.c.state == RunState.WAITING)
            .values(
                state=RunState.CANCELLED,
                cancel=True,
                ended=time.time(),
                result=f"Cancelled by {by} before it began.",
            )
        ).rowcount
        running = connection.execute(
            update(runs)
            .where(runs.c.id == number, runs.c.state == RunState.RUNNING)
            .values(cancel=True)
        ).rowcount
    if waiting or running:
        course.audit.record(f"cancelled: {run.kind}", run.assignment, by=by, run=number)
    return get(course, number)


def forget(course: Course, student: str) -> None:
    """Remove a student from the list: what was done for them, and every sentence that names
    them."""
    with database(course).write() as connection:
        connection.execute(delete(items).where(items.c.student == student))
        for row in connection.execute(select(runs)).all():
            run = run_from(row)
            if student not in re.findall(NAMES, "\n".join((*run.students, run.line, run.result))):
                continue
            others = [name for name in run.students if name != student]
            if run.students and not others:
                connection.execute(delete(items).where(items.c.run == run.id))
                connection.execute(delete(runs).where(runs.c.id == run.id))
            else:
                kept = {"students": SEPARATOR.join(others), "line": "", "result": ""}
                connection.execute(update(runs).where(runs.c.id == run.id).values(**kept))


def remove_old(course: Course) -> None:
    """Remove the oldest runs that are over, beyond those that are kept."""
    over = select(runs.c.id).where(runs.c.state.in_(OVER)).order_by(runs.c.id.desc())
    with database(course).write() as connection:
        old = [row.id for row in connection.execute(over.offset(MAX_KEPT))]
        for start in range(0, len(old), 500):  # SQLite takes so many values in a statement
            part = old[start : start + 500]
            connection.execute(delete(items).where(items.c.run.in_(part)))
            connection.execute(delete(runs).where(runs.c.id.in_(part)))


def _checked(
    course: Course, kind: RunKind | str, assignment: str | Sequence[str]
) -> tuple[RunKind, list[str]]:
    try:
        kind = RunKind(kind)
    except ValueError:
        raise RunError(
            f"There is no run of the kind {kind!r}. The kinds are: {', '.join(RunKind)}."
        ) from None
    names = [assignment] if isinstance(assignment, str) else list(assignment)
    known = set(course.assignment_names())
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        raise RunError(
            f"There is no assignment {wrong[0] if wrong else ''!r}. The assignments are:"
            f" {', '.join(sorted(known))}."
        )
    return kind, names
