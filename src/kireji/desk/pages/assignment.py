"""One assignment: its students."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from kireji.desk import students
from kireji.desk.changes import dates, work
from kireji.desk.desk import NotForAssistantsError, TheDesk, ThePerson
from kireji.desk.rendering import render
from kireji.desk.said import go
from kireji.errors import KirejiError
from kireji.runs import RunKind

router = APIRouter(prefix="/assignments/{name}")
Search = Annotated[str, Query(max_length=100)]


class NothingChosenError(KirejiError):
    """A form for many students names none."""


@router.get("")
def show_students(
    request: Request,
    desk: TheDesk,
    name: str,
    state: str = "",
    search: Search = "",
    sort: Literal["name", "score", "attempts", "came"] = "name",
    down: bool = False,
    said: str = "",
) -> Response:
    """The table of students."""
    assignment = desk.assignment(name)
    every = students.lines(desk, name)
    chosen = students.choose(every, state if state in students.FILTERS else "", search, sort, down)
    return render(
        request,
        "students.html",
        assignment=assignment,
        every=every,
        lines=chosen,
        filters={
            key: (label, sum(not key or key in line.states for line in every))
            for key, label in students.FILTERS.items()
        },
        state=state,
        search=search,
        sort=sort,
        said=said,
        down=down,
        zone=desk.calendar.zone,
        max_score=students.max_score(desk, name),
    )


@router.post("/many")
def change_many(
    desk: TheDesk,
    person: ThePerson,
    name: str,
    action: Annotated[Literal["grade", "grade again", "return feedback", "extend"], Form()],
    student: Annotated[tuple[str, ...], Form()] = (),
    until: Annotated[str, Form(max_length=60)] = "",
    everybody: Annotated[bool, Form()] = False,
) -> Response:
    """Grade, return or extend for the chosen students, or for `everybody`. Grading everybody also
    looks for copies."""
    if action == "extend":
        if not person.is_instructor:
            raise NotForAssistantsError
        done = dates.extend(desk, person, name, student, until)
        return go(f"assignments/{name}", " ".join(["The extensions are kept.", *done]))
    if not student and not everybody:
        raise NothingChosenError("Choose at least one student.")
    run = work.ask(desk, person, RunKind(action), name, () if everybody else student)
    if everybody and run.kind != RunKind.RETURN_FEEDBACK:
        work.ask(desk, person, RunKind.COMPARE, name)
    return go("runs", f"Run {run.id} is in the queue.")
