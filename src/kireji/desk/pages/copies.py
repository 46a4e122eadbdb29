"""Which submissions of an assignment are alike: the pairs, and their code side by side."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from kireji.copies import kept
from kireji.desk.changes import work
from kireji.desk.desk import NoSuchPageError, TheDesk, ThePerson
from kireji.desk.pages.submission import FRAME_POLICY
from kireji.desk.rendering import render
from kireji.desk.said import go
from kireji.feedback.copies_page import percent
from kireji.runs import RunKind

router = APIRouter(prefix="/assignments/{name}/copies")


@router.get("")
def show_copies(request: Request, desk: TheDesk, name: str, said: str = "") -> Response:
    """The pairs of the last comparison."""
    return render(
        request,
        "copies.html",
        assignment=desk.assignment(name),
        found=kept.read(desk.course, name),
        percent=percent,
        zone=desk.calendar.zone,
        said=said,
    )


@router.get("/code")
def show_code(desk: TheDesk, name: str) -> Response:
    """The code of the pairs side by side, for a frame that runs nothing."""
    desk.assignment(name)
    try:
        text = kept.page_of(desk.course, name).read_text(encoding="utf-8")
    except OSError:
        raise NoSuchPageError(f"The submissions of {name} were not compared yet.") from None
    return HTMLResponse(text, headers={"Content-Security-Policy": FRAME_POLICY})


@router.post("/compare")
def compare(desk: TheDesk, person: ThePerson, name: str) -> Response:
    """Compare what is collected now."""
    run = work.ask(desk, person, RunKind.COMPARE, name)
    return go("runs", f"Run {run.id} is in the queue. Its pairs appear under Copies.")


@router.post("/seen")
def mark_seen(desk: TheDesk, person: ThePerson, name: str) -> Response:
    """Take the pairs off the overview."""
    desk.assignment(name)
    count = kept.mark_seen(desk.course, name)
    if count:
        desk.record("looked at copies", name, person, pairs=count)
    return go(f"assignments/{name}/copies", "The overview names these pairs no more.")
