"""A course as nbgrader runs it: release, collect, autograde and feedback, by its own API and
configuration."""

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import capture_log, temp_attrs
from sqlalchemy.exc import DatabaseError, SAWarning
from traitlets.config import Config, PyFileConfigLoader

from kireji.course import calendar_store as store
from kireji.course.layout import Course
from kireji.course.moments import show_span
from kireji.course.notebook_metadata import REPORT
from kireji.errors import KirejiError
from kireji.exchange.attempts import Attempts, GradeOnSubmit
from kireji.exchange.folders import student_folders
from kireji.exchange.grading_rules import rules_for
from kireji.grading.cache import clear_drafts
from kireji.nbgrader_plugins import folder_transaction, gradebook
from kireji.nbgrader_plugins.apply_calendar import apply
from kireji.nbgrader_plugins.configured import set_course
from kireji.nbgrader_plugins.judge_submission import begin_grading
from kireji.nbgrader_plugins.late_penalty import calendar_of, lateness, time_of
from kireji.nbgrader_plugins.release_feedback import release, released_page
from kireji.testing.report import Report

# nbgrader reads objects that its own session has let go of; a newer SQLAlchemy remarks on each.
warnings.filterwarnings("ignore", category=SAWarning, message="Object of type")

# the last line of a traceback
REASON = re.compile(r"^\s*(\w+(?:\.\w+)*(?:Error|Exception|Warning): .*)$", re.MULTILINE)


class NbgraderCourse:
    """`course` as nbgrader has it. `changes` are made to its nbgrader configuration.

    trusted: grade even where there is no wall.
    """

    def __init__(
        self,
        course: Course,
        trusted: bool = False,
        changes: Callable[[Config], None] = lambda config: None,
    ) -> None:
        self.course = course
        config = Config(PyFileConfigLoader(str(course.config("nbgrader_config.py"))).load_config())
        config.JudgeSubmission.trust_submissions = self.trusted = trusted
        set_course(config, course)
        changes(config)
        config.Autograde.pre_convert_hook = begin_grading(config)
        self.config = config
        self.api = NbGraderAPI(config=config)
        self.directory = self.api.coursedir
        self.gradebook_file = gradebook.file_of(self.directory.db_url)

    def make_ready(self, tell: Callable[[str], None] = lambda sentence: None) -> None:
        """Before something is recorded: clear away what a killed run left half done, and copy the
        gradebook.

        tell: is called when another program has to be waited for. GradebookError if the gradebook
        is damaged, gone or busy.
        """
        folder_transaction.refuse_half_a_restore(self.course)
        folder_transaction.clear_away(Path(self.directory.root))
        clear_drafts(self.course)
        if self.gradebook_file:
            gradebook.check(self.gradebook_file)
            gradebook.wait_until_free(self.gradebook_file, tell)
            gradebook.back_up(self.gradebook_file)
        if store.path_of(Path(self.directory.root)).exists():
            for sentence in apply(self.config).sentences():
                tell(sentence)

    def submitted(self, assignment: str, student: str) -> Path:
        """The folder of a collected submission."""
        return Path(
            self.directory.format_path(self.directory.submitted_directory, student, assignment)
        )

    def graded(self, assignment: str, student: str) -> Path:
        """The folder of a graded submission."""
        return Path(
            self.directory.format_path(self.directory.autograded_directory, student, assignment)
        )

    def feedback_page(self, assignment: str, student: str) -> Path:
        """The page that a student will read."""
        folder = self.directory.format_path(self.directory.feedback_directory, student, assignment)
        return Path(folder) / f"{assignment}.html"

    def release(self, assignment: str) -> None:
        """Generate what students get and hand it out."""
        self._must(self.api.generate_assignment(assignment), f"generating {assignment}")
        self._must(self.api.release_assignment(assignment), f"releasing {assignment}")

    def collect(self, assignment: str) -> None:
        """Take in what students submitted through the exchange, replacing older submissions by
        newer ones."""
        self._must(self.api.collect(assignment, update=True), f"collecting {assignment}")

    def collect_at_once(self, assignment: str, student: str) -> None:
        """Take in what one student just submitted; beyond the limit of attempts it is kept and
        waits."""
        with temp_attrs(self.directory, assignment_id=assignment, student_id=student):
            app = self.api.exchange.Collect(
                coursedir=self.directory, authenticator=self.api.authenticator, parent=self.api
            )
            app.update = app.at_once = True
            self._must(capture_log(app), f"collecting {student}'s {assignment}")

    def rules(self, assignment: str) -> GradeOnSubmit:
        """How submissions of `assignment` are graded."""
        return rules_for(self.config, Path(self.directory.root), assignment)

    def attempts(self, assignment: str, student: str) -> Attempts:
        """What a student has handed in so far."""
        return Attempts(Path(self.directory.root), student, assignment)

    def students(self, assignment: str) -> list[str]:
        """Who has a collected submission."""
        return sorted(
            folder.parent.name
            for folder in Path(self.directory.root).glob(
                f"{self.directory.submitted_directory}/*/{assignment}"
            )
            if folder.is_dir()
        )

    def is_graded(self, assignment: str, student: str) -> bool:
        """Whether the submission in hand, and not an older one, is graded."""
        graded = self.graded(assignment, student)
        dates = [_timestamp(folder) for folder in (graded, self.submitted(assignment, student))]
        return (graded / f"{assignment}.ipynb").is_file() and dates[0] == dates[1]

    def grade(self, assignment: str, student: str) -> None:
        """Grade one submission and record it, in place of what was recorded before."""
        self.make_gradable(assignment, student)
        with folder_transaction.exclusive(self.graded(assignment, student)):
            self._must(
                self.api.autograde(assignment, student, force=True),
                f"grading {student}'s {assignment}",
            )
        if not self.is_graded(assignment, student):
            raise KirejiError(
                f"{student}'s {assignment} was graded and could not be written down to the end. Is"
                " the disk full? Run the command again."
            )

    @contextmanager
    def gradebook(self, doing: str) -> Iterator[Gradebook]:
        """nbgrader's gradebook, to read in. GradebookError, which says what it was `doing`, where
        that fails."""
        try:
            with Gradebook(self.directory.db_url, self.directory.course_id) as book:
                yield book
        except DatabaseError as error:
            raise gradebook.explain(doing, str(error)) or gradebook.GradebookError(
                f"{doing.capitalize()} failed: {error}."
            ) from None

    def make_gradable(self, assignment: str, student: str) -> None:
        """Give a submission that lacks its notebook an empty one: nbgrader passes over a folder
        without."""
        notebook = self.submitted(assignment, student) / f"{assignment}.ipynb"
        if not notebook.exists() and not notebook.is_symlink():
            notebook.touch()

    def score(self, assignment: str, student: str) -> tuple[float, float]:
        """The score in the gradebook and the maximum, written questions and penalties included."""
        with self.gradebook(f"reading {student}'s score for {assignment}") as book:
            try:
                submission = book.find_submission(assignment, student)
                return submission.score, submission.max_score
            except MissingEntry:
                return 0.0, 0.0

    def lateness(self, assignment: str, student: str) -> str:
        """How late the recorded submission came, such as "2 days"; "" if in time."""
        calendar = calendar_of(self.config)
        with self.gradebook(f"reading {student}'s {assignment}") as book:
            try:
                came = time_of(book.find_submission(assignment, student))
            except MissingEntry:
                return ""
            found = lateness(calendar, book, assignment, student, came)
            return show_span(found.by) if found and found.late else ""

    def report(self, assignment: str, student: str) -> Report:
        """The report of the graded submission. Waits while another program grades it again."""
        folder = self.graded(assignment, student)
        with folder_transaction.exclusive(folder):
            notebook = nbformat.read(folder / f"{assignment}.ipynb", as_version=4)
        return Report.from_dict(notebook.metadata[REPORT])

    def give_feedback(self, assignment: str) -> None:
        """Make the feedback pages of an assignment and hand them out."""
        folder_transaction.clear_away(Path(self.directory.root))
        made = self.api.generate_feedback(assignment, force=True)
        if is_interrupted(made):
            raise KeyboardInterrupt
        # A page that cannot be made is one student's: all others get theirs first.
        released = self.api.release_feedback(assignment)
        cut_short = [
            folder.parent.name
            for folder in Path(self.directory.root).glob(
                f"{self.directory.feedback_directory}/*/{assignment}"
            )
            if folder_transaction.is_unfinished(folder)
        ]
        if cut_short:
            raise KirejiError(
                f"The feedback on {assignment} for {', '.join(cut_short)} could not be written to"
                " the end. Is the disk full? Run the command again."
            )
        self._must(made, f"making feedback for {assignment}")
        self._must(released, f"releasing feedback for {assignment}")

    def give_feedback_to(self, assignment: str, student: str) -> None:
        """Make one student's feedback page and hand it out."""
        page = self.feedback_page(assignment, student)
        with (
            folder_transaction.exclusive(self.graded(assignment, student)),
            folder_transaction.exclusive(page.parent),
        ):
            self._must(
                self.api.generate_feedback(assignment, student, force=True),
                f"making {student}'s feedback for {assignment}",
            )
            if folder_transaction.is_unfinished(page.parent) or not page.is_file():
                raise KirejiError(
                    f"{student}'s feedback on {assignment} could not be written to the end. Is the"
                    " disk full?"
                )
            self._must(
                self.api.release_feedback(assignment, student),
                f"releasing {student}'s feedback for {assignment}",
            )

        # Where the best counts and another one is better, its page says so to who looks for theirs.
        for attempt in self.attempts(assignment, student).all():
            if (
                attempt.counted
                and not (found := self._released(assignment, student, attempt.path)).exists()
            ):
                release(page, found)

    def has_feedback(self, assignment: str, student: str) -> bool:
        """Whether the student has feedback on the last attempt that counts or might have."""
        counted = [
            attempt for attempt in self.attempts(assignment, student).all() if attempt.counted
        ]
        return not counted or self._released(assignment, student, counted[-1].path).exists()

    def _released(self, assignment: str, student: str, submission: Path) -> Path:
        feedback = (
            student_folders(Path(self.config.Exchange.root), self.directory.course_id, student)
            .make()
            .feedback
        )
        return released_page(feedback, assignment, submission)

    def _must(self, result: dict, doing: str) -> None:
        if not result["success"]:
            if is_interrupted(result):
                raise KeyboardInterrupt
            said = result.get("log", "") + result.get("error", "")
            if self.gradebook_file:
                gradebook.check(self.gradebook_file)
            if sentence := gradebook.explain(doing, said):
                raise sentence
            reasons = REASON.findall(said)
            raise KirejiError(
                f"nbgrader failed while {doing}: {reasons[0] if reasons else 'it gave no reason'}"
            )


def is_interrupted(result: dict) -> bool:
    """Whether somebody pressed Ctrl+C: nbgrader takes it for a failure of its own."""
    return not result["success"] and result.get("error", "").rstrip().endswith(
        KeyboardInterrupt.__name__
    )


def _timestamp(folder: Path) -> str | None:
    path = folder / "timestamp.txt"
    return path.read_text().strip() if path.is_file() else None
