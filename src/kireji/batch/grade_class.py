"""Grades a class: judges several submissions at a time, and records each as it is done."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor

from kireji.batch.judge_pool import Judging, judge_ahead, open_processes
from kireji.errors import KirejiError
from kireji.files.untrusted import is_of_the_machine, printable
from kireji.grading.cache import key_of
from kireji.grading.quarantine import take_in
from kireji.nbgrader_plugins import gradebook
from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse
from kireji.nbgrader_plugins.record_report import is_recorded


def grade_many(
    course: NbgraderCourse,
    work: list[tuple[str, str]],
    workers: int | None = None,
    tell: Callable[[str], None] = lambda sentence: None,
    open_executor: Callable[[int], Executor] = open_processes,
    watch: Callable[[Judging], None] = lambda judging: None,
) -> Iterator[tuple[str, str, str]]:
    """Grade (assignment, student) pairs, several at a time; yields each when it is recorded, at
    once where it is already.

    The third value is the reason why it could not be graded, or "". One process writes to the
    gradebook: this one. tell: is called when another program has to be waited for. GradebookError
    ends it: run again, it goes on from there. open_executor(count): where they are judged,
    `count` at a time; recorded is here. watch: as of `judge_ahead`.
    """
    for assignment, student in work:
        course.make_gradable(assignment, student)
    recorded = set()
    for assignment, student in _recorded(course, work):
        recorded.add((assignment, student))
        yield assignment, student, ""
    folders = [course.submitted(*pair) for pair in work if pair not in recorded]
    outcomes = judge_ahead(course.course, folders, workers, course.trusted, open_executor, watch)
    for folder, reason in outcomes:
        assignment, student = folder.name, folder.parent.name
        try:
            if not reason:
                if course.gradebook_file:
                    gradebook.wait_until_free(course.gradebook_file, tell)
                course.grade(assignment, student)
        except gradebook.GradebookError:
            raise
        except KirejiError as error:
            reason = str(error)
        except Exception as error:  # whatever one submission holds, the others are graded
            if is_of_the_machine(error):
                raise
            reason = f"Kireji failed while recording it ({printable(repr(error))})."
        yield assignment, student, reason


def _recorded(course: NbgraderCourse, work: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Those of `work` that grading again would change nothing of. None where the best attempt
    counts: another may by now."""
    graded = [
        pair for pair in work if course.is_graded(*pair) and course.rules(pair[0]).counts != "best"
    ]
    if not graded:
        return
    secret = course.course.secret()
    with course.gradebook("reading what is recorded") as book:
        for assignment, student in graded:
            try:
                key = key_of(
                    course.course,
                    take_in(course.course, course.submitted(assignment, student)),
                    course.course.assignment(assignment),
                    secret,
                )
            except Exception:  # grading it says what is wrong
                continue
            if is_recorded(book, course.config, course.graded(assignment, student), key):
                yield assignment, student
