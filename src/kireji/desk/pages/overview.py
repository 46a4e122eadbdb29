"""The first page."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from kireji.course import calendar_store
from kireji.desk import overview
from kireji.desk.desk import TheDesk
from kireji.desk.rendering import render

router = APIRouter()


@router.get("/")
def show_overview(request: Request, desk: TheDesk) -> Response:
    """Each assignment in a row; above them what needs a person."""
    return render(
        request,
        "overview.html",
        rows=overview.rows(desk),
        zone=desk.calendar.zone,
        problem=calendar_store.problem(desk.course.root),
    )
