"""One assignment: its students."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from kireji.desk import students
from kireji.desk.desk import TheDesk
from kireji.desk.rendering import render

router = APIRouter(prefix="/assignments/{name}")
Search = Annotated[str, Query(max_length=100)]


@router.get("")
def show_students(
    request: Request,
    desk: TheDesk,
    name: str,
    state: str = "",
    search: Search = "",
    sort: Literal["name", "score", "attempts", "came"] = "name",
    down: bool = False,
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
        down=down,
        zone=desk.calendar.zone,
        max_score=students.max_score(desk, name),
    )
