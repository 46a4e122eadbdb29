"""Judges several submissions at a time, through any executor; what comes out is kept for the one
who records it.

A judge gets plain data and returns plain data (`JudgeTask`, `JudgeOutcome`): processes of this
machine, or of others (`cluster`). They need neither the folders of the submissions nor the
gradebook."""

import os
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kireji.batch.executors.forkserver import ForkserverExecutor
from kireji.course.layout import Course, find_course
from kireji.errors import KirejiError, PlatformError
from kireji.grading import cache
from kireji.grading.quarantine import take_in
from kireji.grading.submission import Submission
from kireji.nbgrader_plugins import gradebook

KILLED = (
    "The process that judged {name} was killed, most likely because the machine's memory ran out. "
    "Run the command again with --workers 1."
)
NO_MEMORY = "This machine had no memory left while {doing}. Run the command again with --workers 1."
DEFECT = (
    "Kireji failed while {doing} ({error}). That is a mistake of Kireji's and not the student's:"
    " the others are graded, and {log} has the details to report."
)
OTHER = (
    "{name} was not judged: where it was to be judged, the hidden tests, the data, Kireji or the"
    " secret are not the same as here. If they were just changed, run the command again."
)
LOST = (
    "{name} was not judged, because where it was to be judged went away ({error}). Run the command"
    " again."
)
LOG = "grading.log"  # in var/
# submissions beyond those being judged that wait in memory, so that no judge is idle
AT_HAND = 2


class NoJudgesError(KirejiError):
    """Why nothing more can be judged where it was to be judged: of all that waits, and not of one
    submission."""


@dataclass(frozen=True)
class JudgeTask:
    """A submission on its way to a judge. `key` is what its judgement will be kept
    under."""

    name: str
    assignment: str
    submission: Submission
    key: str
    trusted: bool


@dataclass(frozen=True)
class JudgeOutcome:
    """A judgement, as `cache.written` writes it, or the reason why there is none.

    A defect of ours comes with its trace."""

    judgement: str = ""
    reason: str = ""
    trace: str = ""
    failed: bool = False  # the platform, and not the submission: it is judged again


def judge_task(task: JudgeTask) -> JudgeOutcome:
    """Judge, wherever this runs. The same course, secret included, must be there, found by the
    setting KIREJI_COURSE: its own key of the task tells."""
    try:
        course = find_course()
        assignment = course.assignment(task.assignment)
        secret = course.secret() if course.secret_file.exists() else b""
        if cache.key_of(course, task.submission, assignment, secret) != task.key:
            return JudgeOutcome(reason=OTHER.format(name=task.name))
        return JudgeOutcome(
            cache.written(cache.judge(task.submission, assignment, secret, trusted=task.trusted))
        )
    except Exception as error:
        return _went_wrong(error, task.name)


def _went_wrong(error: Exception, name: str) -> JudgeOutcome:
    doing = f"judging {name}"
    if isinstance(error, KirejiError):
        return JudgeOutcome(reason=str(error), failed=isinstance(error, PlatformError))
    if isinstance(error, MemoryError):
        return JudgeOutcome(reason=NO_MEMORY.format(doing=doing), failed=True)
    if isinstance(error, OSError):
        return JudgeOutcome(
            reason=str(
                gradebook.explain(doing, str(error))
                or f"The machine refused something while {doing}: {error}."
            ),
            failed=True,
        )
    # One submission that finds a mistake of ours must not stop a class.
    return JudgeOutcome(
        reason=DEFECT.format(doing=doing, error=type(error).__name__, log=f"var/{LOG}"),
        trace=f"{doing}\n{traceback.format_exc()}",
    )


class Here(Executor):
    """Judges at once, in this process."""

    def submit(self, call: Callable, /, *arguments: object, **named: object) -> Future:
        future: Future = Future()
        future.set_result(call(*arguments, **named))
        return future


def open_processes(count: int) -> Executor:
    """Room for `count` judgements at a time on this machine."""
    return ForkserverExecutor(count)


def _outcome(future: Future, task: JudgeTask) -> JudgeOutcome:
    """What came of `task`, once it is done."""
    try:
        return future.result()
    except BrokenExecutor:
        return JudgeOutcome(reason=KILLED.format(name=task.name), failed=True)
    except NoJudgesError:
        raise
    except KirejiError as error:
        return JudgeOutcome(reason=f"{task.name} was not judged: {error}")
    except Exception as error:  # of an executor beyond this machine
        return JudgeOutcome(
            reason=LOST.format(
                name=task.name, error=f"{type(error).__name__}: {error}".splitlines()[0]
            ),
            failed=True,
        )


class Judging:
    """Submissions that are being judged: `add` some, take out those that are `done`. A context:
    leaving it drops the rest.

    open_executor(count): where, `count` at a time.
    """

    def __init__(
        self,
        course: Course,
        workers: int | None = None,
        trusted: bool = False,
        open_executor: Callable[[int], Executor] = open_processes,
    ) -> None:
        self.course = course
        self.workers, self.trusted, self.open_executor = (
            max(1, workers or os.cpu_count() or 1),
            trusted,
            open_executor,
        )
        self._executor: Executor | None = None
        self._running: dict[Future[JudgeOutcome], tuple[Path, JudgeTask]] = {}
        self._done: list[tuple[Path, str]] = []
        self._again: set[str] = set()  # keys of tasks that are judged once more
        self._left: NoJudgesError | None = None

    def __enter__(self) -> "Judging":
        return self

    def __exit__(self, *exception: object) -> None:
        self._close()

    def __len__(self) -> int:
        return len(self._running) + len(self._done) + (self._left is not None)

    @property
    def running(self) -> list[Path]:
        """The folders that are being judged now, where the executor says so."""
        return [folder for future, (folder, _) in list(self._running.items()) if future.running()]

    @property
    def is_full(self) -> bool:
        """Whether more would only wait in memory."""
        return len(self) >= self.workers + AT_HAND

    def add(self, folder: Path) -> None:
        """Have COURSE/submitted/STUDENT/ASSIGNMENT judged, unless its judgement is kept already."""
        name = f"{folder.parent.name}'s {folder.name}"
        try:
            submission = take_in(self.course, folder)
            assignment = self.course.assignment(folder.name)
            key = cache.key_of(self.course, submission, assignment, self.course.secret())
            known = cache.recall(self.course, key)
        except Exception as error:
            self._note(folder, _went_wrong(error, name))
            return
        if known:
            self._done.append((folder, ""))
            return
        if self._executor is None:
            self._executor = self.open_executor(self.workers)
        self._submit(folder, JudgeTask(name, folder.name, submission, key, self.trusted))

    def _submit(self, folder: Path, task: JudgeTask) -> None:
        assert self._executor is not None  # `add` opened it
        self._running[self._executor.submit(judge_task, task)] = (folder, task)

    def done(self, seconds: float | None = None) -> list[tuple[Path, str]]:
        """Those that are done, each with the reason why it could not be judged, or "". Waits for
        one, so many `seconds`.

        NoJudgesError if none will be any more.
        """
        if not self._done and self._running:
            finished, _ = wait(self._running, seconds, FIRST_COMPLETED)
            # as they were submitted
            for future in [future for future in self._running if future in finished]:
                folder, task = self._running.pop(future)
                try:
                    outcome = _outcome(future, task)
                except NoJudgesError as left:
                    self._left = left
                    continue
                if outcome.failed and task.key not in self._again:
                    # What happened to the platform is not the student's: judged once more.
                    self._again.add(task.key)
                    self._submit(folder, task)
                    continue
                self._again.discard(task.key)
                self._note(folder, outcome, task)
        if self._left and not self._done:
            raise self._left
        done, self._done = self._done, []
        return done

    def _note(self, folder: Path, outcome: JudgeOutcome, task: JudgeTask | None = None) -> None:
        if task and outcome.judgement:
            try:
                cache.hand_over(self.course, task.key, outcome.judgement)
            except OSError as error:
                outcome = _went_wrong(error, task.name)
        if outcome.trace:
            self.course.var.mkdir(exist_ok=True)
            with (self.course.var / LOG).open("a") as log:
                log.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {outcome.trace}\n")
        self._done.append((folder, outcome.reason))

    def _close(self) -> None:
        if self._executor:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None


def judge_ahead(
    course: Course,
    folders: list[Path],
    workers: int | None = None,
    trusted: bool = False,
    open_executor: Callable[[int], Executor] = open_processes,
    watch: Callable[[Judging], None] = lambda judging: None,
) -> Iterator[tuple[Path, str]]:
    """Judge the submissions in `folders` (COURSE/submitted/STUDENT/ASSIGNMENT) and keep what comes
    out.

    Yields each folder when it is done, with the reason if it could not be judged, else "". As many
    at a time as there are processors, unless told otherwise. Where a judging process is killed, the
    others go on. watch: given the judging before it begins, to show its progress.
    """
    workers = max(1, min(workers or os.cpu_count() or 1, len(folders)))
    with Judging(course, workers, trusted, open_executor) as judging:
        watch(judging)
        for folder in folders:
            judging.add(folder)
            while judging.is_full:
                yield from judging.done()
        while judging:
            yield from judging.done()
