"""What is being graded: progress, time left, and cancel. The page follows by server-sent events."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from kireji import runs
from kireji.desk.changes import work
from kireji.desk.desk import Desk, TheDesk, ThePerson
from kireji.desk.people import Person
from kireji.desk.rendering import fragment, render
from kireji.desk.said import go

router = APIRouter(prefix="/runs")
MAX_SHOWN = 50
PAUSE_SECONDS = 1.0
STREAM_SECONDS = 300.0  # then the browser asks again, and is asked again who it is
BEAT = 15  # pauses after which a silent stream says that it is there


@router.get("")
def show_runs(request: Request, desk: TheDesk, person: ThePerson, said: str = "") -> Response:
    """The newest runs first."""
    return render(request, "runs.html", listed=_listed(desk, person), said=said)


@router.get("/events")
async def follow_runs(request: Request, desk: TheDesk, person: ThePerson) -> Response:
    """The list of runs, each time that it has changed."""
    return StreamingResponse(
        _changes(request, desk, person), media_type="text/event-stream; charset=utf-8"
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


async def _changes(request: Request, desk: Desk, person: Person) -> AsyncIterator[str]:
    shown, silent, left = "", 0, STREAM_SECONDS
    yield "retry: 2000\n\n"
    while left > 0 and not await request.is_disconnected():
        listed = await asyncio.to_thread(_listed, desk, person)
        if listed != shown:
            shown, silent = listed, 0
            yield "".join(f"data: {line}\n" for line in listed.splitlines()) + "\n"
        elif silent >= BEAT:
            silent = 0
            yield ": still there\n\n"
        await asyncio.sleep(PAUSE_SECONDS)
        silent, left = silent + 1, left - PAUSE_SECONDS
