"""The runner of a course: takes runs from the queue and carries them out, each in a process of its
own, which has today's hidden tests and whose end harms nothing else."""

import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable

from kireji.course.layout import SETTING, Course
from kireji.errors import KirejiError
from kireji.files.lock import LockedError
from kireji.runs.running import has_work, put_back, runner_lock, take

SEARCH_SECONDS = 60.0  # between two looks for runs that were cut short


class RunService:
    """Starts the process that carries out runs when there are any. A context: leaving it stops the
    process, and the run that it was at waits for the next start."""

    def __init__(
        self, course: Course, tell: Callable[[str], None], trusted: bool, workers: int | None
    ) -> None:
        self.course, self.tell, self.trusted, self.workers = course, tell, trusted, workers
        self._child: subprocess.Popen[bytes] | None = None
        self._search_at = 0.0

    def __enter__(self) -> "RunService":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._child:
            self._child.terminate()
            self._child.wait()
            put_back(self.course)

    def step(self) -> None:
        """Look for runs, unless one is being carried out. Never waits."""
        if self._child:
            if self._child.poll() is None:
                return
            if self._child.returncode:
                self.tell(
                    f"The runner ended (exit status {self._child.returncode}); its run goes on."
                )
                self._search_at = 0.0
            self._child = None
        search = time.monotonic() >= self._search_at
        if search:
            self._search_at = time.monotonic() + SEARCH_SECONDS
        if has_work(self.course, cut_short=search) and not self._another_runs():
            self._child = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "kireji", "runs", "--work"),
                    *(["--trust-submissions"] if self.trusted else []),
                    *(["--workers", str(self.workers)] if self.workers else []),
                ],
                env=os.environ | {SETTING: str(self.course.root)},
                stdin=subprocess.DEVNULL,
            )

    def _another_runs(self) -> bool:
        """Whether the runner of a watch that was killed is still at work."""
        try:
            runner_lock(self.course).release()
        except LockedError:
            return True
        return False


def work_off(
    course: Course, tell: Callable[[str], None], trusted: bool, workers: int | None
) -> None:
    """Carry out runs until there are none, unless another process does. May be killed at any
    moment: the next runner goes on."""
    try:
        lock = runner_lock(course)
    except LockedError:
        return
    with lock:
        while running := take(course):
            # here: nbgrader takes a second to import
            from kireji.batch.carry_out import carry_out
            from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse

            assert running.run is not None  # it was taken from the queue
            tell(f"Run {running.run.id}: {running.run.kind} {running.run.assignment}")
            try:
                with running:
                    carry_out(NbgraderCourse(course, trusted), running, tell, workers)
            except Exception as error:  # the run says it; the next one may do better
                trace = "" if isinstance(error, KirejiError) else f"\n{traceback.format_exc()}"
                tell(f"Run {running.run.id} failed: {error}{trace}")
