"""One student's submission: the feedback page as the student sees it, the hidden tests' lines, and
forms to correct a score or to comment."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from kireji.desk import students
from kireji.desk.changes import scores
from kireji.desk.desk import Desk, NoSuchPageError, TheDesk, ThePerson
from kireji.desk.handed_in import is_folder_name
from kireji.desk.progress import since_before
from kireji.desk.rendering import render
from kireji.desk.reports import read_report
from kireji.desk.said import go
from kireji.report_index.index import open_index

router = APIRouter(prefix="/assignments/{name}/students/{student}")
# The page comes through the sanitiser and runs nothing; should it ever hold more, it stays locked
# in.
FRAME_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
)


@router.get("")
def show_submission(
    request: Request, desk: TheDesk, name: str, student: str, said: str = ""
) -> Response:
    """The submission that counts."""
    assignment, line = desk.assignment(name), _line(desk, name, student)
    calendar = desk.calendar
    late = None
    if line.graded and line.graded.came:
        late = calendar.lateness(name, student, line.graded.came)
    order = [one.student.name for one in students.lines(desk, name) if one.graded]
    place = order.index(student) if student in order else -1
    return render(
        request,
        "submission.html",
        assignment=assignment,
        line=line,
        late=late.sentence(calendar.zone, line.graded.penalty) if late and line.graded else "",
        report=read_report(desk, name, student),
        progress=since_before(open_index(desk.course), name, student),
        has_page=_page(desk, name, student).is_file(),
        before=order[place - 1] if place > 0 else "",
        after=order[place + 1] if 0 <= place < len(order) - 1 else "",
        max_score=students.max_score(desk, name),
        zone=calendar.zone,
        said=said,
    )


@router.get("/feedback")
def show_feedback(request: Request, desk: TheDesk, name: str, student: str) -> Response:
    """The feedback page itself, for a frame that runs nothing."""
    desk.assignment(name)
    desk.student(student)
    try:
        text = _page(desk, name, student).read_text(encoding="utf-8")
    except OSError:
        raise NoSuchPageError("There is no feedback page yet.") from None
    return HTMLResponse(text, headers={"Content-Security-Policy": FRAME_POLICY})


@router.post("/tasks/{task}")
def change_task(
    desk: TheDesk,
    person: ThePerson,
    name: str,
    student: str,
    task: str,
    score: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=scores.MAX_REASON)] = "",
    comment: Annotated[str, Form(max_length=scores.MAX_COMMENT)] = "",
) -> Response:
    """Correct the score of a task, and comment on it."""
    grade = _line(desk, name, student).tasks.get(task)
    if grade is None:
        raise NoSuchPageError(f"{student}'s {name} has no graded task {task[:80]!r}.")
    wanted, done = scores.read_score(score), []
    if wanted != grade.manual:
        scores.correct(desk, person, name, student, task, wanted, reason)
        done.append(
            f"{task} has {wanted:g} points now."
            if wanted is not None
            else f"{task} has its automatic score again."
        )
    if comment.strip().replace("\r\n", "\n") != (grade.comment or ""):
        scores.comment(desk, person, name, student, task, comment)
        done.append("The comment is kept.")
    if done:
        done.append("Return the feedback, so that the student sees it.")
    return go(f"assignments/{name}/students/{student}", " ".join(done) or "Nothing was changed.")


def _line(desk: Desk, name: str, student: str) -> students.Line:
    desk.assignment(name)
    desk.student(student)
    return next(one for one in students.lines(desk, name, student))


def _page(desk: Desk, name: str, student: str) -> Path:
    if not is_folder_name(student):
        raise NoSuchPageError(f"{student[:80]!r} can have no folder.")
    return desk.course.feedback / student / name / f"{name}.html"
