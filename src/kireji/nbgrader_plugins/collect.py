"""Collects submissions: who, from the folder; when, from the file system's clock; what, plain files
only."""

import itertools
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import ExchangeCollect
from traitlets import Bool

from kireji.course import calendar_store as store
from kireji.exchange.attempt_status import leave_note
from kireji.exchange.attempts import (
    Attempt,
    Attempts,
    AttemptState,
    collection_lock,
    now,
    students,
)
from kireji.exchange.folders import student_folders
from kireji.exchange.grading_rules import rules_for
from kireji.exchange.student_server.kireji_handing_in import DRAFT, SUBMISSION_BYTES
from kireji.exchange.times import MAX_FILES, Times, came, restored_times
from kireji.files.untrusted import UntrustedFileError, UntrustedFolder, is_of_the_machine, printable
from kireji.nbgrader_plugins.configured import course_of
from kireji.nbgrader_plugins.replace_folder import put, settle

MAX_SUBMISSIONS = 500  # of one student, looked at
TIMESTAMP = "timestamp.txt"  # where nbgrader looks for the time of a submission
SECRET, SECRET_BYTES = "submission_secret.txt", 4096  # what nbgrader's submit writes last
# How we treat a folder if its owner removes it, or puts something else in its place, at this very
# moment.
GONE = (FileNotFoundError, NotADirectoryError, PermissionError)
# States of attempts of which a student is told.
TOLD = (AttemptState.GRADED_AT_ONCE, AttemptState.AFTER_CLOSING)
FORMAT = "%Y-%m-%d %H:%M:%S.%f UTC"


class InboundSubmission:
    """A folder in a student's inbound folder. Nothing in it is trusted, its name included.

    `whole`: nbgrader's submit came to its end, which is writing the secret; a killed one leaves a
    folder without.
    """

    def __init__(self, student: str, path: Path, restored: Times) -> None:
        self.student, self.path, self.restored = student, path, restored
        with UntrustedFolder(path) as folder:
            self.time = self._time(folder)
            try:
                # Its text is the name of the feedback page.
                self.whole = bool(folder.read(SECRET, SECRET_BYTES).decode())
            except (UntrustedFileError, UnicodeDecodeError):
                self.whole = False

    def fill(self, draft: Path, assignment: str) -> datetime:
        """Copy its plain files into the new folder `draft`, with the time at which they came, which
        is returned.

        A submission without the assignment's notebook gets an empty one."""
        left, copied = SUBMISSION_BYTES, []
        with UntrustedFolder(self.path) as folder:
            draft.mkdir(parents=True)
            for name in folder.names(MAX_FILES):
                if name == TIMESTAMP:  # ours to write, whatever the student put there
                    continue
                try:
                    content = folder.read(name, left)
                    if name == SECRET:
                        content.decode()
                    left -= (draft / name).write_bytes(content)
                    copied.append(name)
                except (UntrustedFileError, UnicodeDecodeError):
                    # Its name is kept, empty: the report then says that it was left out.
                    (draft / name).mkdir()
            # Asked again: what was put there since it was chosen must not have the time of what was
            # there before.
            self.time = max(self.time, self._time(folder))
            if not all(_is_still(folder, draft, name) for name in copied):
                self.time = max(self.time, now())  # written to by a way that leaves its time alone
        notebook = draft / f"{assignment}.ipynb"
        if not notebook.exists():
            # an empty one gets 0 with a reason; a folder without is passed over by nbgrader
            notebook.touch()
        (draft / TIMESTAMP).write_text(self.time.strftime(FORMAT))
        return self.time

    def _time(self, folder: UntrustedFolder) -> datetime:
        return datetime.fromtimestamp(came(folder, self.path, self.restored), UTC).replace(
            tzinfo=None
        )


def _is_still(folder: UntrustedFolder, draft: Path, name: str) -> bool:
    """Whether the file in `folder` is what was copied from it a moment ago."""
    try:
        return folder.read(name, SUBMISSION_BYTES) == (draft / name).read_bytes()
    except UntrustedFileError:
        return False


class Collect(ExchangeCollect):
    """nbgrader's `collect` over the students' own inbound folders."""

    at_once = Bool(
        False,
        help="Let in what is graded as it arrives, within the limit; else everything is let in.",
    )

    def init_src(self) -> None:
        """Look at what every student has handed in."""
        if not self.coursedir.course_id:
            self.fail("No course id specified. Re-run with --course flag.")
        self.inbound_path = os.path.join(self.root, self.coursedir.course_id, "inbound")
        if not os.path.isdir(self.inbound_path):
            self.fail(f"Course not found: {self.inbound_path}")
        self.restored = restored_times(course_of(self.config))
        self.src_records = self._submissions()

    def copy_files(self) -> None:
        """Keep every attempt; then, of each student, copy the one that counts, if it is new (with
        `update`: or newer)."""
        submitted, name, course = (
            self.coursedir.submitted_directory,
            self.coursedir.assignment_id,
            Path(self.coursedir.root),
        )
        with collection_lock(course):
            for left in course.glob(f"{submitted}/*/.{name}.*"):
                settle(left.with_name(name))
            here = self.coursedir.student_id
            for student in sorted(
                {*self.src_records, *students(course, name)} if here in ("", "*") else [here]
            ):
                try:
                    self._collect(student, self.src_records.get(student, []))
                except GONE as error:
                    self.log.warning(
                        "Left out: the submission of %s was changed while it was collected (%s)."
                        " Collect again.",
                        student,
                        error.strerror,
                    )
                except Exception as error:
                    if is_of_the_machine(error):
                        raise
                    self.log.warning(
                        "Left out: the submission of %s could not be collected (%s). All others"
                        " were.",
                        student,
                        printable(error),
                    )

    def _collect(self, student: str, submissions: list[InboundSubmission]) -> None:
        name = self.coursedir.assignment_id
        attempts = Attempts(Path(self.coursedir.root), student, name)
        for one in submissions:
            if one.whole:
                attempts.keep(one.path.name, one.time, partial(one.fill, assignment=name))
        target = Path(self.coursedir.format_path(self.coursedir.submitted_directory, student, name))
        known = self.coursedir.get_existing_timestamp(str(target)) if target.is_dir() else None
        chosen = self._choose(attempts, submissions, known)
        if any(attempt.state in TOLD for attempt in attempts.all()):
            feedback = (
                student_folders(Path(self.root), self.coursedir.course_id, student).make().feedback
            )
            rules = rules_for(self.config, Path(self.coursedir.root), name)
            leave_note(feedback, name, attempts, rules, now())
        newer = chosen and (
            known is None
            or (
                chosen.time > known if self.update else self.before_duedate and chosen.time != known
            )
        )
        if chosen is None or not newer:
            self.log.info("No newer submission to collect: %s %s", student, name)
            return
        self.log.info("Collecting submission: %s %s", student, name)
        try:
            put(chosen, target)
        finally:
            settle(target)  # the disk may have been full

    def _choose(
        self, attempts: Attempts, submissions: list[InboundSubmission], known: datetime | None
    ) -> InboundSubmission | Attempt | None:
        """The last, or the last in time where nbgrader is told so."""
        settings = rules_for(self.config, Path(self.coursedir.root), self.coursedir.assignment_id)
        due, closes = self._due_and_closing(attempts.student)
        for attempt in attempts.all():
            # collected before attempts were kept
            if attempt.came == known and attempt.state == AttemptState.NEW:
                attempts.decide(attempt, AttemptState.LET_IN)
        attempts.refuse_closed(closes)
        if self.at_once:
            attempts.decide_new(settings, now())
        else:
            for attempt in attempts.all():
                if attempt.state in (AttemptState.NEW, AttemptState.WAITING):
                    attempts.decide(attempt, AttemptState.LET_IN)
        counted = [attempt for attempt in attempts.all() if attempt.counted]
        if (
            settings.counts == "best"
            and counted
            and counted[-1].path.name in attempts.weighed()
            and known
        ):
            return None  # chosen already, see kireji.nbgrader_plugins.best_attempt
        # A submission cut short takes the place of nothing; where it is all there is, it is better
        # than nothing.
        open_then = [one for one in submissions if closes is None or one.time <= closes]
        found = counted or ([] if self.at_once else open_then)
        in_time = [
            one for one in found if not self.before_duedate or due is None or one.time <= due
        ]
        return max(in_time or found, key=lambda one: one.time, default=None)

    def _submissions(self) -> dict[str, list[InboundSubmission]]:
        found: dict[str, list[InboundSubmission]] = {}
        for home in sorted(Path(self.inbound_path).iterdir()):
            if self.coursedir.student_id not in ("", "*", home.name):
                continue
            try:
                if not home.is_symlink() and home.is_dir():
                    submissions = list(self._submissions_in(home))
                    if submissions:
                        found[home.name] = submissions
            except OSError as error:  # its owner may shut it
                if is_of_the_machine(error):
                    raise
                self.log.warning(
                    "The inbound folder of %s cannot be read (%s). All others were.",
                    home.name,
                    error.strerror,
                )
        return found

    def _submissions_in(self, home: Path) -> Iterator[InboundSubmission]:
        """A student's submissions of the assignment. The student may be changing the folder at the
        same time."""
        with os.scandir(home) as entries:
            looked_at = list(itertools.islice(entries, MAX_SUBMISSIONS + 1))
        if len(looked_at) > MAX_SUBMISSIONS:
            self.log.warning(
                "%s has more than %d submissions; not all of them were looked at.",
                home.name,
                MAX_SUBMISSIONS,
            )
        for entry in looked_at[:MAX_SUBMISSIONS]:
            if entry.name.startswith(DRAFT) or entry.name.split("+")[1:2] != [
                self.coursedir.assignment_id
            ]:
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    yield InboundSubmission(home.name, Path(entry.path), self.restored)
            except GONE as error:
                self.log.warning(
                    "Passed over a submission of %s, which was changed while it was looked at"
                    " (%s).",
                    home.name,
                    error.strerror,
                )
            except Exception as error:
                if is_of_the_machine(error):
                    raise
                self.log.warning(
                    "Passed over a submission of %s, which cannot be read (%s).",
                    home.name,
                    printable(error),
                )

    def _due_and_closing(self, student: str) -> tuple[datetime | None, datetime | None]:
        """The student's own by the calendar, else nbgrader's due date; naive, in UTC."""
        calendar = store.read(Path(self.coursedir.root))
        dates = calendar.dates(self.coursedir.assignment_id, student)
        due, closes = (when and when.replace(tzinfo=None) for when in (dates.due, dates.closes))
        if due is None and self.before_duedate:
            due = self._due_date()
        return due, closes

    def _due_date(self) -> datetime | None:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                return gradebook.find_assignment(self.coursedir.assignment_id).duedate
            except MissingEntry:
                return None
