"""Grades one submission: a function from its files to a report. Touches no gradebook and no state
of its own."""

import contextlib
import time
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from kireji.course.assignment import Assignment
from kireji.errors import PlatformError
from kireji.grading.check_tests import check_hidden_tests
from kireji.grading.failed_cells import failed_names
from kireji.grading.judge_limits import JudgeLimits
from kireji.grading.rebuild import rebuild
from kireji.grading.reused_names import first_line
from kireji.grading.submission import Submission
from kireji.sandbox.cells import CellsLostError
from kireji.sandbox.limits import Limits, with_changes
from kireji.sandbox.sandbox import Sandbox
from kireji.sandbox.watchdog import Usage
from kireji.sanitise.outputs import sanitise_notebook
from kireji.testing.plugin import Grading
from kireji.testing.report import CellReport, Report, cell_score
from kireji.testing.run import collect, run_hidden_tests

MAX_BACKENDS = 2  # for one submission, where a backend fails
MAX_RUNS = 4  # of one submission; a cell that takes the kernel with it costs one
RERUN_FACTOR, SETTLING_SECONDS = (
    3,
    5,
)  # the cells run again have this many times what they took, and some seconds

OWN_STOPPED = (
    "Your own cell that begins with '{}' was stopped: cells that are not part of the assignment may"
    " use only a part of the time. The other cells were run."
)


@dataclass
class Judgement:
    """The report, and the notebook as it ran, with its outputs as they may be shown."""

    report: Report
    notebook: NotebookNode
    usage: Usage | None = None  # the most that was seen of it; None where the judgement was kept


def judge(
    submission: Submission,
    assignment: Assignment,
    secret: bytes,
    limits: Limits | None = None,
    trusted: bool = False,
) -> Judgement:
    """Rebuild the notebook, run it in a sandbox, and let the hidden tests question it there.

    secret: the course's, from which the tests' inputs are drawn. limits: those of the assignment,
    unless given. trusted: run even where there is
    no wall. KirejiError if there is no wall, or if the assignment's own tests are broken.
    PlatformError if the place where it runs fails, and then another one as well.
    """
    check_hidden_tests(assignment)
    limits = limits or with_changes(assignment.file.limits)
    for _ in range(MAX_BACKENDS - 1):
        with contextlib.suppress(PlatformError):
            return _judge(submission, assignment, secret, limits, trusted)
    return _judge(submission, assignment, secret, limits, trusted)


class _Doubtful(Exception):
    """The kernel was killed, by the submission or from outside: it runs again."""


def _judge(
    submission: Submission, assignment: Assignment, secret: bytes, limits: Limits, trusted: bool
) -> Judgement:
    try:
        return _judge_once(submission, assignment, secret, limits, trusted)
    except OSError as error:
        raise PlatformError(
            f"this machine refused something that judging needs ({error})"
        ) from None
    except MemoryError:
        raise PlatformError("this machine has not the memory that judging needs") from None


def _judge_once(
    submission: Submission, assignment: Assignment, secret: bytes, limits: Limits, trusted: bool
) -> Judgement:
    started = time.monotonic()
    notebook, notices = rebuild(assignment, submission.notebook)
    notices = [*submission.notices, *notices]
    run = _Run(notebook, submission, assignment, secret, trusted)
    upto = len(notebook.cells)
    for _ in range(MAX_RUNS):
        try:
            grading = run.attempt_twice(upto, limits)
            break
        except CellsLostError as lost:
            if lost.own:
                run.without |= {lost.index}
                continue
            # What ran before keeps its score: the same notebook again, up to the cell that took the
            # kernel with it.
            notices.append(
                f"The cell '{notebook.cells[lost.index].id}' was left out, and all after it:"
                f" {lost}."
            )
            upto = lost.index
            limits = replace(
                limits,
                cells_seconds=min(
                    limits.cells_seconds, RERUN_FACTOR * lost.seconds + SETTLING_SECONDS
                ),
            )
    else:
        grading = run.attempt_twice(
            0, limits
        )  # no cell at all: every hidden test says what is missing
    notices += sanitise_notebook(notebook)
    run.seconds["total"] = time.monotonic() - started
    seconds = {name: round(value, 3) for name, value in run.seconds.items()}
    return Judgement(_report(assignment, grading, notices, seconds), notebook, run.usage)


class _Run:
    """Runs one submission, once or again; adds up what that took."""

    def __init__(
        self,
        notebook: NotebookNode,
        submission: Submission,
        assignment: Assignment,
        secret: bytes,
        trusted: bool,
    ) -> None:
        self.notebook, self.submission, self.assignment = notebook, submission, assignment
        self.secret, self.trusted = secret, trusted
        self.seconds: dict[str, float] = {}
        self.usage = Usage()
        self.doubted = False
        # numbers of own cells that are left out: they used up what such cells may take
        self.without: frozenset[int] = frozenset()

    def attempt_twice(self, upto: int, limits: Limits) -> Grading:
        """`attempt`, and once more in the whole run where it cannot be told who killed the
        kernel."""
        if not self.doubted:
            with contextlib.suppress(_Doubtful):
                return self.attempt(upto, limits)
            self.doubted = True
        return self.attempt(upto, limits)

    def attempt(self, upto: int, limits: Limits) -> Grading:
        """The hidden tests' findings on the cells before number `upto`. CellsLostError if one of
        these takes the kernel along."""
        marks = [time.monotonic()]

        def mark(name: str) -> None:
            marks.append(time.monotonic())
            self.seconds[name] = self.seconds.get(name, 0.0) + marks[-1] - marks[-2]

        with (
            Sandbox(self.submission.files, limits, self.trusted) as sandbox,
            JudgeLimits(limits, sandbox.end) as judge_limits,
        ):
            mark("start")
            try:
                stopped = sandbox.run(self.notebook, upto, self.without)
            except CellsLostError:
                self.check(sandbox)
                raise
            finally:
                mark("cells")
            channel = sandbox.connect()
            code = "\n".join(
                cell.source for cell in self.notebook.cells if cell.cell_type == "code"
            )
            grading = Grading(
                channel,
                self.secret,
                self.submission.digest(),
                self.submission.files,
                code,
                failed_names(self.notebook.cells),
            )
            grading.notices += [
                OWN_STOPPED.format(first_line(self.notebook.cells[index].source))
                for index in sorted({*sandbox.own_stopped, *self.without})
            ]
            if stopped is not None:
                grading.notices.append(
                    f"The time for running the notebook ran out in the cell "
                    f"'{self.notebook.cells[stopped].id}'; the cells after it were not run."
                )
            if self.assignment.graders.is_dir() and collect(self.assignment.graders):
                judge_limits.interrupt()
                run_hidden_tests(self.assignment.graders, grading)
                judge_limits.calm()
            mark("tests")
            if grading.failure:
                raise grading.failure
            if channel.lost:
                self.check(sandbox)
            grading.notices += sandbox.remarks()
            if sandbox.watchdog:
                self.usage = self.usage.most(sandbox.watchdog.peak)
        return grading

    def check(self, sandbox: Sandbox) -> None:
        """After the kernel was lost: PlatformError if its place has failed, _Doubtful if it may
        have."""
        sandbox.check_backend()
        if not self.doubted and sandbox.backend.may_have_failed():
            raise _Doubtful


def _report(
    assignment: Assignment, grading: Grading, notices: list[str], seconds: dict[str, float]
) -> Report:
    cells = []
    for grade_id, points in assignment.points.items():
        tests = [test for owner, test in grading.reports.values() if owner == grade_id]
        manual = grade_id in assignment.manual
        cells.append(
            CellReport(grade_id, None if manual else cell_score(tests, points), points, tests)
        )
    automatic = [cell for cell in cells if cell.score is not None]
    return Report(
        assignment.name,
        round(sum(cell.score or 0 for cell in automatic), 2),
        sum(cell.max_score for cell in automatic),
        cells,
        notices + grading.notices + grading.broken,
        seconds,
        for_instructor=grading.broken,
    )
