"""Reading written answers, one question at a time across the class."""

from contextlib import suppress
from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from kireji.desk import written
from kireji.desk.changes import reading, scores
from kireji.desk.desk import Desk, TheDesk, ThePerson
from kireji.desk.people import Person
from kireji.desk.rendering import fragment, render
from kireji.desk.said import go
from kireji.errors import KirejiError
from kireji.hub.desk_service import PREFIX
from kireji.reading import ReadingError, Readings

router = APIRouter(prefix="/assignments/{name}/reading")
# Pictures of an answer are in the page itself, as the sanitiser made them.
POLICY_WITH_PICTURES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NAMES_COOKIE = "kireji-desk-names"
UNDONE = "The points are taken back. What you had chosen is still in the form."
YEAR_SECONDS = 365 * 24 * 3600
RETRY_MILLISECONDS = 4000  # until the browser asks again how many are read
Code = Annotated[str, Query(max_length=64)]


@router.get("")
def show_questions(
    request: Request, desk: TheDesk, tasks: BackgroundTasks, name: str, said: str = ""
) -> Response:
    """The written questions, and how many answers are read."""
    desk.assignment(name)
    reading.take_over_points(desk, name)
    tasks.add_task(reading.record, desk)
    return render(
        request,
        "reading_questions.html",
        assignment=desk.assignment(name),
        questions=written.questions(desk, name),
        blind=_is_blind(request),
        said=said,
    )


@router.post("/names")
def choose_names(
    request: Request,
    name: str,
    desk: TheDesk,
    names: Annotated[Literal["shown", "hidden"], Form()],
) -> Response:
    """Show or hide the students' names while this browser reads."""
    desk.assignment(name)
    answer = go(f"assignments/{name}/reading", f"Names are {names} while you read.")
    answer.set_cookie(
        NAMES_COOKIE,
        names,
        max_age=YEAR_SECONDS,
        path=PREFIX,
        secure=request.headers.get("x-forwarded-proto", "").split(",")[0].strip() == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


@router.get("/{task}")
def take_next(
    request: Request, desk: TheDesk, person: ThePerson, name: str, task: str, after: Code = ""
) -> Response:
    """Go on to the next answer that no other reader has."""
    if code := written.take_next(desk, person, name, task, after):
        return RedirectResponse(_address(name, task, code), status_code=303)
    return render(
        request,
        "reading_done.html",
        assignment=desk.assignment(name),
        question=written.question(desk, name, task),
        previous=after,
    )


@router.get("/{task}/progress")
def follow_progress(desk: TheDesk, name: str, task: str) -> Response:
    """How many answers are read, as a server-sent event; the browser asks again by itself."""
    line = _progress(written.question(desk, name, task))
    return Response(
        f"retry: {RETRY_MILLISECONDS}\ndata: {line}\n\n",
        media_type="text/event-stream; charset=utf-8",
    )


@router.get("/{task}/answers/{answer}")
def show_answer(
    request: Request,
    desk: TheDesk,
    person: ThePerson,
    name: str,
    task: str,
    answer: str,
    said: str = "",
) -> Response:
    """One answer, with the rubric to read it by."""
    return _page(request, desk, person, name, task, answer, said=said)


@router.post("/{task}/answers/{answer}")
def read_answer(
    request: Request,
    desk: TheDesk,
    person: ThePerson,
    background: BackgroundTasks,
    name: str,
    task: str,
    answer: str,
    action: Annotated[Literal["save", "skip"], Form()] = "save",
    item: Annotated[tuple[int, ...], Form()] = (),
    points: Annotated[str, Form(max_length=40)] = "",
    comment: Annotated[str, Form(max_length=scores.MAX_COMMENT)] = "",
    none: Annotated[bool, Form()] = False,
    digest: Annotated[str, Form(max_length=64)] = "",
    seen: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Save what is chosen, or skip the answer, and go on. What cannot be saved is kept as a draft,
    and its page says why."""
    if action == "skip":
        reading.skip(desk, person, name, task, answer)
    else:
        typed = written.Typed(item, points, comment, none)
        try:
            reading.save(desk, person, name, task, answer, typed, digest, seen)
        except KirejiError as error:
            with suppress(ReadingError):  # the page says so if another reader has it
                reading.keep_draft(desk, person, name, task, answer, typed)
            return _page(request, desk, person, name, task, answer, problem=str(error))
        background.add_task(reading.record, desk)
    return RedirectResponse(f"{_address(name, task)}?after={answer}", status_code=303)


@router.post("/{task}/undo")
def undo(
    desk: TheDesk, person: ThePerson, background: BackgroundTasks, name: str, task: str
) -> Response:
    """Take back what this reader saved last, and show that answer."""
    written.check_question(desk, name, task)
    code = reading.undo_last(desk, person, name, task)
    background.add_task(reading.record, desk)
    return go(f"assignments/{name}/reading/{task}/answers/{code}", UNDONE)


def _page(
    request: Request,
    desk: Desk,
    person: Person,
    name: str,
    task: str,
    code: str,
    said: str = "",
    problem: str = "",
) -> Response:
    question, readings = written.question(desk, name, task), Readings(desk.course)
    sheet = written.sheet(desk, person, name, task, code)
    rubric = readings.rubric(name, task)
    page = render(
        request,
        "reading.html",
        status=400 if problem else 200,
        assignment=desk.assignment(name),
        question=question,
        progress=_progress(question),
        sheet=sheet,
        student=None if _is_blind(request) else _student(desk, sheet.student),
        groups=written.grouped(rubric),
        comments=readings.comments(name, task),
        said=said,
        problem=problem,
    )
    page.headers["Content-Security-Policy"] = POLICY_WITH_PICTURES
    return page


def _progress(question: written.Question) -> str:
    return fragment("_reading_progress.html", question=question).strip()


def _student(desk: Desk, name: str) -> str:
    found = [one for one in desk.grades.enrolled() if one.name == name]
    return (found[0].full_name if found else "") or name


def _is_blind(request: Request) -> bool:
    return request.cookies.get(NAMES_COOKIE) == "hidden"


def _address(name: str, task: str, code: str = "") -> str:
    return f"{PREFIX}assignments/{name}/reading/{task}" + (f"/answers/{code}" if code else "")
