"""What is being graded: progress, time left, and cancel. The page follows by server-sent events."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from kireji import runs
from kireji.desk.changes import work
from kireji.desk.desk import Desk, TheDesk, ThePerson
from kireji.desk.people import Person
from kireji.desk.rendering import fragment, render
from kireji.desk.said import go

router = APIRouter(prefix="/runs")
MAX_SHOWN = 50
RETRY_MILLISECONDS = 2000  # until the browser asks again


@router.get("")
def show_runs(request: Request, desk: TheDesk, person: ThePerson, said: str = "") -> Response:
    """The newest runs first."""
    return render(request, "runs.html", listed=_listed(desk, person), said=said)


@router.get("/events")
def follow_runs(desk: TheDesk, person: ThePerson) -> Response:
    """The list of runs as a server-sent event. The answer ends after it and the browser asks again:
    a proxy that keeps an answer until it is whole would hold back a longer stream."""
    lines = _listed(desk, person).splitlines()
    event = "".join(f"data: {line}\n" for line in lines)
    return Response(
        f"retry: {RETRY_MILLISECONDS}\n{event}\n", media_type="text/event-stream; charset=utf-8"
    )


@router.get("/{number}")
def show_run(request: Request, desk: TheDesk, person: ThePerson, number: int) -> Response:
    """One run, with what could not be done and why."""
    run = work.find(desk, number)
    return render(
        request,
        "run.html",
        run=run,
        reasons=runs.reasons(desk.course, number),
        zone=desk.calendar.zone,
    )


@router.post("/{number}/cancel")
def cancel_run(desk: TheDesk, person: ThePerson, number: int) -> Response:
    """Ask a run to end."""
    run = work.cancel(desk, person, number)
    done = "" if run.is_over else " It ends before its next submission."
    return go("runs", f"Run {number} is told to end.{done} What it recorded stays.")


def _listed(desk: Desk, person: Person) -> str:
    return fragment(
        "_runs.html",
        person=person,
        runs=runs.list_runs(desk.course, limit=MAX_SHOWN),
        zone=desk.calendar.zone,
    )
