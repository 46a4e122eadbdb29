"""Grades what is handed in the moment it arrives: by the same judge, the same collect and the same
writer as `./kireji grade`.

The inbound folders are looked at once a second: by the change time of each student's folder, which
is what a submission that appears there moves. That costs about as much as listing them, and works
on every file system, shared ones too. It keeps its state on the disk, so it can be killed at any
moment and goes on when it is started again.
"""

import contextlib
import itertools
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from threading import Event

from filelock import FileLock

from kireji.batch.calendar_clock import CalendarClock
from kireji.batch.judge_pool import Judging, open_processes
from kireji.batch.run_service import RunService
from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.exchange.attempt_status import leave_note
from kireji.exchange.attempts import Attempt, AttemptState, now
from kireji.exchange.folders import student_folders
from kireji.exchange.grading_rules import says_not_on_arrival
from kireji.exchange.student_server.kireji_handing_in import DRAFT
from kireji.files.lock import LockedError, hold
from kireji.files.untrusted import printable
from kireji.nbgrader_plugins import gradebook
from kireji.nbgrader_plugins.collect import MAX_SUBMISSIONS
from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse
from kireji.runs.run import RunKind, RunState
from kireji.runs.running import Running, begin

POLL_SECONDS = 1.0  # seconds between two looks at the students' folders
# and at everything in them: what was written there by another program than nbgrader's submit
SCAN_SECONDS = 60.0
RETRY_SECONDS = 30.0  # seconds after which what could not be recorded is tried again

Work = tuple[str, str]  # assignment, student


class Watch:
    """Watches the exchange of `course`. tell: is called with what is done and what goes
    wrong.

    by_hand: a person started it, so it grades whatever the calendar does not except."""

    def __init__(
        self,
        course: NbgraderCourse,
        tell: Callable[[str], None],
        workers: int | None = None,
        open_executor: Callable[[int], Executor] = open_processes,
        by_hand: bool = True,
    ) -> None:
        self.by_hand = by_hand
        self.course, self.tell = course, lambda sentence: tell(printable(sentence))
        self.inbound = Path(course.config.Exchange.root) / course.directory.course_id / "inbound"
        self.judging = Judging(course.course, workers, course.trusted, open_executor)
        # student -> when the folder changed, and what is in it
        self._seen: dict[str, tuple[int, dict[str, int]]] = {}
        self._look_inside_at = 0.0
        self._queue: dict[Work, float] = {}  # and when it may be tried
        self._in_hand: dict[Path, Attempt] = {}  # what is being judged, as it was when that began
        self.place = Course(Path(course.directory.root))
        self._runs: dict[Work, Running] = {}  # of what is being judged

    def run(self, stop: Event) -> None:
        """Watch until `stop` is set, and apply the calendar when its time comes."""
        clock = CalendarClock(self.course.config, self.tell)
        runner = RunService(self.place, self.tell, self.course.trusted, self.judging.workers)
        with self.judging, runner:
            while not stop.is_set():
                runner.step()
                if clock.tick():
                    self._seen.clear()  # what was closed may be open, what waited may be graded
                self.step()
                if not self.judging:
                    stop.wait(POLL_SECONDS)
        for run in self._runs.values():
            with run:
                run.ends_as(
                    RunState.CANCELLED, "Grading on submit was stopped; its next start goes on."
                )

    @property
    def busy(self) -> bool:
        """Whether there is something to do but to wait for what arrives."""
        return bool(self.judging or self._queue)

    def step(self) -> None:
        """Look once, and record what was judged meanwhile."""
        for work in self._changed():
            self._queue.setdefault(work, 0.0)
        for (name, student), when in list(self._queue.items()):
            folder = self.course.submitted(name, student)
            if when > time.monotonic() or folder in self._in_hand or self.judging.is_full:
                continue
            del self._queue[name, student]
            self._safely((name, student), self._take_in)
        for folder, reason in self.judging.done(POLL_SECONDS) if self.judging else ():
            self._safely((folder.name, folder.parent.name), self._finish, reason)

    def _changed(self) -> list[Work]:
        """What has something new since the last look. From time to time, every submission is looked
        at for itself."""
        if not self.inbound.is_dir():
            return []
        inside, known = (
            time.monotonic() > self._look_inside_at,
            set(self.course.course.assignment_names()),
        )
        if inside:
            self._look_inside_at = time.monotonic() + SCAN_SECONDS
        changed: set[Work] = set()
        for home in sorted(self.inbound.iterdir()):
            before = self._seen.get(home.name)
            try:
                if home.is_symlink() or not home.is_dir():
                    continue
                changed_at = home.stat().st_ctime_ns
                if before and before[0] == changed_at and not inside:
                    continue
                entries = _entries(home)
            except OSError as error:  # of one student's folder; it is looked at again
                self.tell(f"The folder of {home.name} cannot be read: {error}.")
                continue
            self._seen[home.name] = changed_at, entries
            new = entries.items() - (before[1].items() if before else set())
            changed |= {
                (name.split("+")[1], home.name) for name, _ in new if name.split("+")[1] in known
            }
        return sorted(changed)

    def _take_in(self, work: Work) -> None:
        """Collect it, and have it judged, if it is one of those that are graded at once."""
        name, student = work
        if not self._on_arrival(name):
            return
        before = self.course.attempts(name, student).all()
        there = {entry for entry in _entries(self.inbound / student) if entry.split("+")[1] == name}
        closed = any(attempt.state == AttemptState.AFTER_CLOSING for attempt in before)
        if closed or there - {attempt.name for attempt in before}:
            self.course.collect_at_once(name, student)
        attempts = self.course.attempts(name, student).all()
        if len(attempts) != len(before) and attempts[-1].state == AttemptState.WAITING:
            self.tell(
                f"{student} handed in {name}, over the limit: it is kept, and graded by"
                " ./kireji grade"
            )
        at_once = [attempt for attempt in attempts if attempt.state == AttemptState.GRADED_AT_ONCE]
        if not at_once or at_once[-1] != [attempt for attempt in attempts if attempt.counted][-1]:
            return
        if not self._is_graded(work, at_once[-1]):
            self.tell(f"{student} handed in {name}")
            self._in_hand[self.course.submitted(name, student)] = at_once[-1]
            self.course.make_gradable(name, student)
            self._runs[work] = begin(
                self.place, RunKind.GRADE, [name], [student], by="grading on submit"
            )
            self.judging.add(self.course.submitted(name, student))
        elif self.course.rules(name).release_feedback and not self.course.has_feedback(
            name, student
        ):
            self._give_feedback(work)  # a watch that was killed had graded it

    def _on_arrival(self, name: str) -> bool:
        if self.by_hand:
            return not says_not_on_arrival(Path(self.course.directory.root), name)
        return self.course.rules(name).course_service

    def _is_graded(self, work: Work, attempt: Attempt) -> bool:
        """Where the best counts, an earlier one may stand in its place."""
        weighed = (
            self.course.rules(work[0]).counts == "last"
            or attempt.path.name in self.course.attempts(*work).weighed()
        )
        return weighed and self.course.is_graded(*work)

    def _finish(self, work: Work, reason: str) -> None:
        """Record what was judged, and give it back."""
        with self._runs.pop(work) as run:
            self._record(work, reason, run)

    def _record(self, work: Work, reason: str, run: Running) -> None:
        name, student = work
        judged = self._in_hand.pop(self.course.submitted(name, student))
        if not reason and run.cancel_requested:
            reason = "its run was cancelled"
            run.ends_as(RunState.CANCELLED, "Cancelled. It waits for the instructor to grade it.")
        elif reason:
            run.ends_as(RunState.FAILED, reason)
        attempts = self.course.attempts(name, student)
        if reason:
            attempts.decide(judged, AttemptState.WAITING)  # it costs the student no attempt
            self._leave_note(work)
            self.tell(f"{student}'s {name} waits for ./kireji grade: {reason}")
            return
        if [attempt for attempt in attempts.all() if attempt.counted][-1] != judged:
            self._queue[work] = 0.0  # a newer one is here already
            run.ends_as(RunState.DONE, "A newer attempt came meanwhile, and is graded instead.")
            return
        if self.course.gradebook_file:
            gradebook.wait_until_free(self.course.gradebook_file, self.tell)
        self.course.grade(name, student)
        score = "{:g} of {:g} points".format(*self.course.score(name, student))
        run.finished(name, student)
        run.ends_as(RunState.DONE, f"{student}'s {name} is graded: {score}.")
        self.course.course.audit.record(
            "graded", f"{name}/{student}", by="grading on submit", score=score
        )
        self.tell(f"{student}'s {name} is graded: {score}")
        for notice in self.course.report(name, student).for_instructor:
            self.tell(f"{student}'s {name}: {notice}")
        if self.course.rules(name).release_feedback:
            self._give_feedback(work)
        self._queue.setdefault(work, 0.0)  # one more may have come meanwhile

    def _give_feedback(self, work: Work) -> None:
        self.course.give_feedback_to(*work)
        self.course.course.audit.record("released feedback", "/".join(work), by="grading on submit")
        self.tell(f"{work[1]} has feedback on {work[0]}")

    def _leave_note(self, work: Work) -> None:
        name, student = work
        folders = student_folders(
            Path(self.course.config.Exchange.root), self.course.directory.course_id, student
        ).make()
        leave_note(
            folders.feedback,
            name,
            self.course.attempts(name, student),
            self.course.rules(name),
            now(),
        )

    def _safely(self, work: Work, do: Callable, *more: object) -> None:
        """Whatever goes wrong with one is told, and tried again."""
        try:
            do(work, *more)
        except Exception as error:  # whatever one submission holds, the others are served
            said = str(error) if isinstance(error, (KirejiError, OSError)) else repr(error)
            self.tell(
                f"{work[1]}'s {work[0]}: {said} It is tried again in {RETRY_SECONDS:g} seconds."
            )
            self._queue[work] = time.monotonic() + RETRY_SECONDS


def _entries(home: Path) -> dict[str, int]:
    """What a student has in the inbound folder under a submission's name, and when each was
    changed."""
    found = {}
    with os.scandir(home) as entries:
        for entry in itertools.islice(entries, MAX_SUBMISSIONS):
            if entry.name.count("+") >= 2 and not entry.name.startswith(DRAFT):
                with contextlib.suppress(FileNotFoundError):  # its student takes it away
                    found[entry.name] = entry.stat(follow_symlinks=False).st_ctime_ns
    return found


def take_lock(course: Course) -> FileLock:
    """Hold the lock that one watch has; KirejiError if there is another. Its holder's end frees it,
    however it ends."""
    try:
        return hold(course.var / "watch.lock", max_wait_seconds=0)
    except LockedError:
        raise KirejiError(
            "What is handed in is graded already: another ./kireji watch runs, or the hub does it."
            " What waits for you is set in var/calendar.toml."
        ) from None
