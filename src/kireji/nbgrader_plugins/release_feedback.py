"""Gives each feedback page only to the student it is for."""

from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash

from kireji.errors import KirejiError
from kireji.exchange.folders import student_folders
from kireji.files.atomic import write_whole
from kireji.files.untrusted import is_of_the_machine, printable
from kireji.nbgrader_plugins.configured import course_of
from kireji.nbgrader_plugins.folder_transaction import is_unfinished


def released_page(feedback: Path, name: str, submission: Path) -> Path:
    """Where in the student's `feedback` folder the page on notebook `name` of this submission is
    found.

    Under the name that nbgrader's own fetch_feedback and list look for."""
    try:
        secret = (submission / "submission_secret.txt").read_text("utf-8")
    except (UnicodeDecodeError, IsADirectoryError):
        raise KirejiError(
            f"{submission.parent.name}'s {submission.name} has no readable submission_secret.txt,"
            " so its feedback cannot be given back. It is given with the next submission."
        ) from None
    return feedback / f"{notebook_hash(secret=secret, notebook_id=name)}.html"


def release(page: Path, released: Path) -> None:
    """Give out `page`; one that is being read is replaced in one step."""
    write_whole(released, page.read_bytes())


class ReleaseFeedback(ExchangeReleaseFeedback):
    """nbgrader's `release_feedback` into the students' own feedback folders."""

    def init_dest(self) -> None:
        """Nothing is shared, so there is nothing to prepare."""
        if not self.coursedir.course_id:
            self.fail("No course id specified. Re-run with --course flag.")

    def copy_files(self) -> None:
        """Copy every page of the assignment."""
        name, excluded = self.coursedir.assignment_id, self.coursedir.student_id_exclude.split(",")
        cut_short = []
        for folder in sorted(
            Path(self.coursedir.root).glob(f"{self.coursedir.feedback_directory}/*/{name}")
        ):
            student, wanted = folder.parent.name, self.coursedir.student_id
            secret = folder / "submission_secret.txt"
            if student in excluded or wanted not in ("", "*", student) or not secret.is_file():
                continue
            try:
                if is_unfinished(folder):
                    cut_short.append(student)
                    continue
                self._release_to(student, folder)
            except Exception as error:
                if is_of_the_machine(error):
                    raise
                self.log.error(
                    "The feedback of %s on %s was not released (%s). All others were.",
                    student,
                    name,
                    printable(error),
                )
        if cut_short:
            self.fail(
                f"Writing the feedback on {name} for {', '.join(cut_short)} was cut short: generate"
                " it again. All other pages were released."
            )

    def _release_to(self, student: str, folder: Path) -> None:
        target = student_folders(Path(self.root), self.coursedir.course_id, student).make().feedback
        for page in folder.glob("*.html"):
            release(page, released_page(target, page.stem, folder))
            self.log.info("Released feedback for %s on %s", student, folder.name)
        course_of(self.config).audit.record(
            "released feedback", f"{folder.name}/{student}", by="kireji"
        )
