"""The dates of an assignment: seen by all, changed by instructors."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from kireji.course import calendar_store
from kireji.course.calendar_file import RATES
from kireji.desk.changes import dates, scores
from kireji.desk.desk import TheDesk, TheInstructor
from kireji.desk.rendering import render
from kireji.desk.said import go

router = APIRouter(prefix="/assignments/{name}")
Text = Annotated[str, Form(max_length=60)]


@router.get("/dates")
def show_dates(request: Request, desk: TheDesk, name: str, said: str = "") -> Response:
    """Release, due, closes, the late policy and who has an extension."""
    calendar = desk.calendar
    of = calendar.of(name)
    return render(
        request,
        "dates.html",
        assignment=desk.assignment(name),
        dates=of,
        fields={key: dates.as_field(getattr(of, key), calendar) for key in dates.NAMES},
        rate=dates.rate_of(of.late),
        rates=RATES,
        zone=calendar.zone,
        problem=calendar_store.problem(desk.course.root),
        said=said,
    )


@router.post("/dates")
def change_dates(
    desk: TheDesk,
    person: TheInstructor,
    name: str,
    release: Text = "",
    due: Text = "",
    closes: Text = "",
) -> Response:
    """Set the three dates."""
    wanted = {"release": release, "due": due, "closes": closes}
    done = dates.set_dates(desk, person, name, wanted)
    return go(f"assignments/{name}/dates", " ".join(["The dates are kept.", *done]))


@router.post("/late")
def change_late_policy(
    desk: TheDesk,
    person: TheInstructor,
    name: str,
    rate: Text = "",
    amount: Text = "",
    cap: Text = "",
    grace: Text = "",
) -> Response:
    """Set what being late costs here."""
    numbers = [scores.read_score(said) for said in (amount, cap, grace)]
    done = dates.set_late_policy(
        desk, person, name, rate, numbers[0] or 0.0, numbers[1], int(numbers[2] or 0)
    )
    return go(f"assignments/{name}/dates", " ".join(["The late policy is kept.", *done]))
