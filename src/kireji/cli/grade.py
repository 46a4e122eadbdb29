"""`./kireji grade`: collect and grade what students submitted."""

from concurrent.futures import Executor
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from kireji.cli.copies import compare
from kireji.cli.with_course import with_course
from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.hub.compose import course_log
from kireji.runs.run import RunKind
from kireji.runs.running import begin

if TYPE_CHECKING:
    from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse

STOPPED = "Stopped. {done} of {total} are graded and recorded; the same command goes on from there."


@click.command()
@click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]...")
@click.option("--student", help="Only this student's submissions.")
@click.option(
    "--again", is_flag=True, help="Also what is graded already, where anything changed since."
)
@click.option(
    "--trust-submissions",
    is_flag=True,
    help="Grade even where nothing walls submissions in (no bubblewrap).",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="How many to judge at a time; as many as processors unless told.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Judge on the workers of the Dask scheduler there, such as tcp://10.0.0.5:8786.",
)
@with_course
def grade(
    course: Course,
    assignments: tuple[str, ...],
    student: str | None,
    again: bool,
    trust_submissions: bool,
    workers: int | None,
    cluster: str | None,
) -> None:
    """Collect and grade the ASSIGNMENTs (all, if none is named) into nbgrader's gradebook.

    What is graded already is left alone unless it was submitted anew. Can be stopped at any time: a
    grade is either the old one or the new one, and the next call goes on.
    """
    # here: torch and nbgrader take a second to import
    from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse

    names = [course.assignment(name).name for name in assignments] or course.assignment_names()
    graded, console = NbgraderCourse(course, trust_submissions), Console(highlight=False)
    if not cluster:
        grade_all(graded, names, student, again, workers, console)
        return
    from kireji.batch.executors.dask import Cluster

    with Cluster(cluster) as place:  # before anything else: its address may be wrong
        grade_all(graded, names, student, again, workers or place.workers, console, place)


def grade_all(
    course: "NbgraderCourse",
    names: list[str],
    student: str | None,
    again: bool,
    workers: int | None,
    console: Console,
    place: Executor | None = None,
) -> None:
    """Collect `names` and grade what is new, or everything if `again`. KirejiError at the end if
    some could not be.

    place: where to judge; on this machine unless given."""
    course.make_ready(console.print)
    for name in names:
        course.collect(name)
    # here: torch takes a second to import
    from kireji.batch.carry_out import grade as grade_work
    from kireji.batch.carry_out import to_grade
    from kireji.batch.judge_pool import NoJudgesError
    from kireji.cli.progress import Round

    students = (student,) if student else ()
    work = to_grade(course, tuple(names), students, again)
    if not work:
        whose = f"by {student}" if student else "new"
        console.print(f"Nothing {whose} to grade in {', '.join(names)}.")
        return
    where = {"open_executor": lambda count: place} if place else {}
    table = Table("Assignment", "Student", "Score", "Late by", box=None, padding=(0, 2, 0, 0))
    failed, graded = [], set()
    kind = RunKind.GRADE_AGAIN if again else RunKind.GRADE
    run = begin(course.course, kind, names, students, by="kireji grade")
    shown = Round(len(work))
    try:
        with run, Live(shown, console=console, transient=True, refresh_per_second=4):
            for step in grade_work(
                course,
                run,
                work,
                console.print,
                workers,
                watch=shown.judging,
                by="kireji grade",
                **where,
            ):
                name, who, reason = step.assignment, step.student, step.reason
                score = (
                    "[red]not graded[/]"
                    if reason
                    else "{:g} / {:g}".format(*course.score(name, who))
                )
                shown.done(name, who, score)
                late = "" if reason else course.lateness(name, who)
                table.add_row(name, who, score, late)
                failed += [reason] if reason else []
                graded |= set() if reason else {(name, who)}
                course_log.tell(f"{name}/{who} {'could not be graded' if reason else 'is graded'}")
    except KeyboardInterrupt:
        raise KirejiError(STOPPED.format(done=shown.finished, total=len(work))) from None
    except NoJudgesError as reason:
        raise KirejiError(
            f"{STOPPED.format(done=shown.finished, total=len(work))} {reason}"
        ) from None
    console.print(table)
    if run.cancelled:
        console.print(f"[yellow]Notice:[/] {escape(run.result)}", soft_wrap=True)
    for broken in broken_tests(course, [pair for pair in work if pair in graded]):
        console.print(f"[yellow]Notice:[/] {escape(broken)}", soft_wrap=True)
    for name in dict.fromkeys(name for name, _ in work) if student is None else ():
        alike = compare(course, name, console).pairs
        if alike:
            console.print(
                f"[yellow]Notice:[/] {len(alike)} {'pairs' if len(alike) > 1 else 'pair'} of"
                f" submissions of {name} are alike, in code or in weights. Look with: ./kireji"
                f" copies {name}",
                soft_wrap=True,
            )
    if failed:
        raise KirejiError("\n".join(dict.fromkeys(failed)))


def broken_tests(course: "NbgraderCourse", graded: list[tuple[str, str]]) -> list[str]:
    """What hidden tests that failed themselves said of the submissions `graded`, each kind once,
    with the number of submissions."""
    said: dict[str, list[str]] = {}
    for name, who in graded:
        for notice in course.report(name, who).for_instructor:
            said.setdefault(f"{name}: {notice.partition(': ')[0]}", []).append(who)
    return [f"{kind} (in the work of {', '.join(names)})." for kind, names in said.items()]
