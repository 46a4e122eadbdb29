"""The class: who is in it, roster and roles, and the exports."""

from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Request
from starlette.responses import Response

from kireji.course.roster import ROLES
from kireji.course.roster import Person as Entry
from kireji.desk import export
from kireji.desk.changes import class_list
from kireji.desk.desk import Desk, TheDesk, TheInstructor
from kireji.desk.rendering import render
from kireji.hub import accounts

router = APIRouter(prefix="/class")
Text = Annotated[str, Form(max_length=200)]


@router.get("")
def show_class(request: Request, desk: TheDesk, search: str = "") -> Response:
    """The students by name, then who teaches."""
    return _page(request, desk, search=search)


@router.post("/roster")
def take_roster(
    request: Request,
    desk: TheDesk,
    person: TheInstructor,
    roster: Annotated[bytes, File()],
) -> Response:
    """Take in an uploaded roster."""
    return _page(request, desk, taken=class_list.take_roster(desk, person, roster))


@router.post("/people")
def add_person(
    request: Request,
    desk: TheDesk,
    person: TheInstructor,
    account: Text,
    role: Text = "student",
    first_name: Text = "",
    last_name: Text = "",
    mail: Text = "",
) -> Response:
    """Add one person, or give one another role."""
    entry = Entry(account, role, first_name, last_name, mail)
    return _page(request, desk, taken=class_list.add_person(desk, person, entry))


@router.get("/grades-{form}.csv")
def export_class(desk: TheDesk, form: Literal["canvas", "moodle"]) -> Response:
    """The points by assignment, for a learning platform."""
    return csv_answer(export.by_assignment(desk, export.Form(form)), f"grades-{form}")


@router.get("/tasks-{name}.csv")
def export_tasks(desk: TheDesk, name: str) -> Response:
    """The points by task of one assignment."""
    return csv_answer(export.by_task(desk, name), f"tasks-{name}")


def csv_answer(text: str, name: str) -> Response:
    """A file to be kept. It begins with a mark, so that spreadsheets read it as UTF-8."""
    return Response(
        text.encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _page(
    request: Request, desk: Desk, search: str = "", taken: class_list.Taken | None = None
) -> Response:
    enrolled, text = desk.grades.enrolled(), search.strip().casefold()
    file = desk.course.hub / "accounts.json"
    people = accounts.load_accounts(file).values() if file.exists() else []
    return render(
        request,
        "class.html",
        enrolled=enrolled,
        chosen=[
            one for one in enrolled if text in f"{one.full_name} {one.name} {one.mail}".casefold()
        ],
        teachers=[one for one in people if one.role != "student"],
        accounts={one.name for one in people},
        assignments=[desk.course.assignment(name) for name in desk.course.assignment_names()],
        elsewhere=class_list.COMPOSE if class_list.is_elsewhere(desk) else "",
        roles=ROLES,
        search=search,
        taken=taken,
    )
