"""A score that a person gives, in place of the automatic one or where there is none."""

from dataclasses import dataclass

from nbgrader.api import Comment, Grade, MissingEntry
from sqlalchemy.exc import DatabaseError

from kireji.desk.desk import Desk, NoSuchPageError
from kireji.desk.people import Person
from kireji.errors import KirejiError
from kireji.nbgrader_plugins import gradebook
from kireji.nbgrader_plugins.record_report import OneTransaction, penalty_of

MAX_COMMENT = 20_000  # characters
MAX_REASON = 500


class ScoreError(KirejiError):
    """A score or a comment cannot be taken; the message says what is expected."""


@dataclass(frozen=True)
class Change:
    """What was there before, and what is there now. None where only the automatic score counts."""

    task: str
    before: float | None
    after: float | None


def read_score(said: str) -> float | None:
    """The number of a form's field; None if it is empty. ScoreError for anything else."""
    text = said.strip().replace(",", ".")
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise ScoreError(
            f"{said[:40]!r} is no score. Expected a number, such as 3 or 2.5."
        ) from None


def correct(
    desk: Desk,
    person: Person,
    assignment: str,
    student: str,
    task: str,
    score: float | None,
    reason: str,
) -> Change:
    """Give `student` a score for `task`; None takes it back, and the automatic score counts again.

    ScoreError if the score is not between 0 and the task's points, or if an automatic score would
    be replaced without a reason."""
    reason = reason.strip()[:MAX_REASON]
    with _GradebookChange(desk, "correcting a score") as book:
        grade = _find(book, Grade, task, assignment, student)
        most = grade.max_score
        if score is not None and not 0 <= score <= most:
            raise ScoreError(f"{task} has {most:g} points: a score is between 0 and {most:g}.")
        before = grade.manual_score
        if grade.auto_score is not None and score != before and not reason:
            raise ScoreError("Give a reason for replacing the automatic score.")
        grade.manual_score = score
        grade.needs_manual_grade = score is None and grade.auto_score is None
        book.db.flush()
        book.db.expire_all()  # a sum read before is the old one
        notebook = book.find_submission_notebook(assignment, assignment, student)
        notebook.late_submission_penalty = None
        notebook.late_submission_penalty = penalty_of(desk.config, book, notebook)
    desk.record(
        "corrected a score",
        f"{assignment}/{student}/{task}",
        person,
        before=before,
        after=score,
        reason=reason,
    )
    return Change(task, before, score)


def comment(
    desk: Desk, person: Person, assignment: str, student: str, task: str, text: str
) -> None:
    """Have the feedback on `task` say `text`; "" takes the comment back."""
    text = text.strip().replace("\r\n", "\n")
    if len(text) > MAX_COMMENT:
        raise ScoreError(f"A comment has at most {MAX_COMMENT} characters; this has {len(text)}.")
    with _GradebookChange(desk, "writing a comment") as book:
        found = _find(book, Comment, task, assignment, student)
        before = found.manual_comment or ""
        found.manual_comment = text or None
    if before != text:
        desk.record(
            "changed a comment",
            f"{assignment}/{student}/{task}",
            person,
            before=before,
            after=text,
        )


class _GradebookChange(OneTransaction):
    """The gradebook, for one change that is seen whole or not at all."""

    def __init__(self, desk: Desk, doing: str) -> None:
        self.doing = doing
        if desk.grades.file:
            gradebook.check(desk.grades.file)
            if not desk.grades.file.exists():
                raise NoSuchPageError("Nothing is graded yet.")
        super().__init__(desk.db_url)

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        error = rest[0] if rest else None
        try:
            super().__exit__(kind, *rest)
        except DatabaseError as failure:
            error = failure
        if isinstance(error, DatabaseError):
            raise gradebook.explain(self.doing, str(error)) or gradebook.GradebookError(
                f"{self.doing.capitalize()} failed: {error.orig}."
            ) from None


def _find(book: OneTransaction, table: type, task: str, assignment: str, student: str):
    find = book.find_grade if table is Grade else book.find_comment
    try:
        return find(task, assignment, assignment, student)
    except MissingEntry:
        raise NoSuchPageError(
            f"{student}'s {assignment} has no graded task {task[:80]!r}."
        ) from None
