"""Carries out a run: collects, grades or returns feedback, one submission after the other, and
writes down how far it is. A run that was cut short goes on where it was."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

from kireji.batch.compare import compare
from kireji.batch.grade_class import grade_many
from kireji.batch.judge_pool import Judging, open_processes
from kireji.errors import KirejiError
from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse
from kireji.runs.run import RunKind, RunState
from kireji.runs.running import Running

CANCELLED = "Cancelled after {done} of {total}. What is recorded stays."


@dataclass(frozen=True)
class Step:
    """One submission that a run is done with. reason: why it could not be done, or "" """

    assignment: str
    student: str
    reason: str


def carry_out(
    course: NbgraderCourse,
    running: Running,
    tell: Callable[[str], None],
    workers: int | None = None,
    open_executor: Callable[[int], Executor] = open_processes,
) -> None:
    """Carry out a run to its end, whatever its kind. The rest is as of `grade_many`."""
    assert running.run is not None  # it was taken from the queue
    run = running.run
    course.make_ready(tell)
    if run.kind == RunKind.COLLECT:
        collect(course, running, run.assignments)
        return
    if run.kind == RunKind.COMPARE:
        compare_all(course, running, run.assignments)
        return
    if run.kind == RunKind.RETURN_FEEDBACK:
        steps = return_feedback(course, running, run.assignments, run.students)
    else:
        collect(course, running, run.assignments)
        again = run.kind == RunKind.GRADE_AGAIN
        work = to_grade(course, run.assignments, run.students, again)
        steps = grade(course, running, work, tell, workers, open_executor, by=run.by)
    for step in steps:
        tell(
            f"{step.student}'s {step.assignment} could not be done: {step.reason}"
            if step.reason
            else f"{step.student}'s {step.assignment} is done"
        )


def collect(course: NbgraderCourse, running: Running, assignments: tuple[str, ...]) -> None:
    """Take in what was handed in for the `assignments`."""
    for name in assignments:
        running.tell(f"Collecting {name}")
        course.collect(name)
    counts = ", ".join(f"{len(course.students(name))} of {name}" for name in assignments)
    running.ends_as(RunState.DONE, f"Collected: {counts}.")


def compare_all(course: NbgraderCourse, running: Running, assignments: tuple[str, ...]) -> None:
    """Compare the collected submissions of each of the `assignments` with one another."""
    counts = []
    for name in assignments:
        running.tell(f"Comparing {name}")
        found = compare(course, name, lambda who: running.tell(f"Comparing: reads {who}'s work"))
        many = "1 pair" if len(found.pairs) == 1 else f"{len(found.pairs) or 'no'} pairs"
        counts.append(f"{many} of {len(found.students)} submissions of {name}")
        if running.cancel_requested and name != assignments[-1]:
            _cancelled(running, len(counts), len(assignments))
            return
    running.ends_as(RunState.DONE, f"Alike: {', '.join(counts)}.")


def to_grade(
    course: NbgraderCourse, assignments: tuple[str, ...], students: tuple[str, ...], again: bool
) -> list[tuple[str, str]]:
    """(assignment, student) of the collected submissions that are not graded, or of all if
    `again`."""
    return [
        (name, who)
        for name in assignments
        for who in course.students(name)
        if (not students or who in students) and (again or not course.is_graded(name, who))
    ]


def grade(
    course: NbgraderCourse,
    running: Running,
    work: list[tuple[str, str]],
    tell: Callable[[str], None],
    workers: int | None = None,
    open_executor: Callable[[int], Executor] = open_processes,
    watch: Callable[[Judging], None] = lambda judging: None,
    *,
    by: str,
) -> Iterator[Step]:
    """Grade `work`, without what the run has done already; yields each submission when it is
    recorded. Ends early when somebody cancels the run. The rest is as of `grade_many`."""
    finished = running.finished_items()
    work = [pair for pair in work if pair not in finished]
    running.expect(len(work))
    failed: list[str] = []
    graded = 0
    for name, who, reason in grade_many(course, work, workers, tell, open_executor, watch):
        score = "" if reason else "{:g} / {:g}".format(*course.score(name, who))
        running.course.audit.record(
            "could not grade" if reason else "graded",
            f"{name}/{who}",
            by=by,
            **({"reason": reason} if reason else {"score": score}),
        )
        line = "" if reason else f"{who}'s {name} is graded: {score}"
        running.finished(name, who, reason, line)
        failed += [who] if reason else []
        graded += not reason
        yield Step(name, who, reason)
        if running.cancel_requested and graded + len(failed) < len(work):
            _cancelled(running, graded + len(failed) + len(finished), len(work) + len(finished))
            return
    running.ends_as(RunState.DONE, _result("graded", graded + len(finished), failed))


def return_feedback(
    course: NbgraderCourse,
    running: Running,
    assignments: tuple[str, ...],
    students: tuple[str, ...],
) -> Iterator[Step]:
    """Make the feedback pages of the graded submissions, and hand them out."""
    finished = running.finished_items()
    work = [
        (name, who)
        for name in assignments
        for who in course.students(name)
        if (not students or who in students)
        and course.is_graded(name, who)
        and (name, who) not in finished
    ]
    running.expect(len(work))
    assert running.run is not None  # only the queue has such runs
    failed: list[str] = []
    for count, (name, who) in enumerate(work):
        if running.cancel_requested:
            _cancelled(running, count + len(finished), len(work) + len(finished))
            return
        reason = ""
        try:
            course.give_feedback_to(name, who)
            running.course.audit.record("released feedback", f"{name}/{who}", by=running.run.by)
        except KirejiError as error:
            reason = str(error)
            failed.append(who)
        running.finished(name, who, reason, "" if reason else f"{who} has feedback on {name}")
        yield Step(name, who, reason)
    done = len(work) + len(finished) - len(failed)
    running.ends_as(RunState.DONE, _result("given back", done, failed))


def _cancelled(running: Running, done: int, total: int) -> None:
    running.ends_as(RunState.CANCELLED, CANCELLED.format(done=done, total=total))


def _result(what: str, count: int, failed: list[str]) -> str:
    if not count and not failed:
        return f"There was nothing to be {what}."
    said = f"{count} {'submission is' if count == 1 else 'submissions are'} {what}."
    if failed:
        names = ", ".join(failed[:5]) + (", ..." if len(failed) > 5 else "")
        said += f" {len(failed)} could not be: {names}."
    return said
