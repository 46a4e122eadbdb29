"""Work for the queue of runs: grading and returning take minutes, and no page waits for them."""

from collections.abc import Sequence

from kireji import runs
from kireji.desk.changes import reading
from kireji.desk.desk import Desk, NoSuchPageError
from kireji.desk.people import Person
from kireji.runs import Run, RunError, RunKind

RECENT = 20  # runs that are asked why something could not be graded


def ask(
    desk: Desk, person: Person, kind: RunKind, assignment: str, students: Sequence[str] = ()
) -> Run:
    """Put a run into the queue; for everybody if no `students` are given."""
    desk.assignment(assignment)
    known = {student.name for student in desk.grades.enrolled()}
    if unknown := [name for name in students if name not in known]:
        raise NoSuchPageError(f"The class has no student {unknown[0][:80]!r}.")
    if kind == RunKind.RETURN_FEEDBACK:
        reading.record(desk)  # points that waited for the gradebook are on the pages, too
    return runs.submit(desk.course, kind, assignment, sorted(set(students)), by=person.name)


def find(desk: Desk, number: int) -> Run:
    """The run with this number. NoSuchPageError if there is none."""
    try:
        return runs.get(desk.course, number)
    except RunError:
        raise NoSuchPageError(f"There is no run {number}.") from None


def cancel(desk: Desk, person: Person, number: int) -> Run:
    """Ask a run to end; what it recorded stays."""
    find(desk, number)
    return runs.cancel(desk.course, number, by=person.name)


def not_graded(desk: Desk) -> dict[tuple[str, str], str]:
    """{(assignment, student): why it could not be graded}, by the last run that tried."""
    found: dict[tuple[str, str], str] = {}
    tried: set[tuple[str, str]] = set()
    for run in runs.list_runs(desk.course, limit=RECENT):
        if run.kind not in (RunKind.GRADE, RunKind.GRADE_AGAIN):
            continue
        for item, reason in runs.reasons(desk.course, run.id).items():
            if item not in tried:
                found[item] = reason
                tried.add(item)
    return found
