"""The rubric of a question: seen by all who read, changed by instructors, after a preview."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Form, Query, Request
from starlette.responses import Response

from kireji.desk import written
from kireji.desk.changes import reading, rubric, scores
from kireji.desk.desk import Desk, TheDesk, TheInstructor
from kireji.desk.rendering import count, render
from kireji.desk.said import go
from kireji.reading import Change, ReadingError, Readings, RubricItem
from kireji.reading.rubric_store import MAX_SENTENCE

router = APIRouter(prefix="/assignments/{name}/reading/{task}/rubric")
Points = Annotated[str, Form(max_length=40)]
Sentence = Annotated[str, Form(max_length=MAX_SENTENCE)]


@dataclass(frozen=True)
class Preview:
    """What a change would do. points: None removes the item"""

    item: RubricItem
    points: float | None
    sentence: str
    changes: list[Change]

    @property
    def moves(self) -> dict[tuple[float, float], int]:
        """{(score before, after): how many answers}"""
        return Counter(sorted((one.before, one.after) for one in self.changes))


@router.get("")
def show_rubric(request: Request, desk: TheDesk, name: str, task: str, said: str = "") -> Response:
    """Each item with its points and sentence."""
    return _page(request, desk, name, task, said=said)


@router.get("/{number}/preview")
def preview_change(
    request: Request,
    desk: TheDesk,
    person: TheInstructor,
    name: str,
    task: str,
    number: int,
    action: Literal["change", "remove"] = "change",
    points: Annotated[str, Query(max_length=40)] = "",
    sentence: Annotated[str, Query(max_length=MAX_SENTENCE)] = "",
) -> Response:
    """How many scores a change of an item would change; nothing is changed yet."""
    item = rubric.item(desk, name, task, number)
    wanted = None if action == "remove" else _number(points or f"{item.points:g}")
    changes = rubric.preview(desk, name, task, number, wanted or 0.0)
    found = Preview(item, wanted, sentence.strip() or item.sentence, changes)
    return _page(request, desk, name, task, preview=found)


@router.post("/{number}")
def change_item(
    desk: TheDesk,
    person: TheInstructor,
    background: BackgroundTasks,
    name: str,
    task: str,
    number: int,
    action: Annotated[Literal["change", "remove"], Form()] = "change",
    points: Points = "",
    sentence: Sentence = "",
) -> Response:
    """Change or remove an item, for everybody who has it."""
    if action == "remove":
        changes, done = rubric.remove(desk, person, name, task, number), "removed"
    else:
        value = _number(points)
        changes = rubric.change(desk, person, name, task, number, value, sentence)
        done = "changed"
    background.add_task(reading.record, desk)
    return go(
        f"assignments/{name}/reading/{task}/rubric",
        f"The item is {done}; {count(len(changes), 'score')} changed with it.",
    )


@router.post("")
def add_item(
    desk: TheDesk,
    person: TheInstructor,
    name: str,
    task: str,
    points: Points = "",
    sentence: Sentence = "",
    group: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Add an item at the end."""
    rubric.add(desk, person, name, task, _number(points), sentence, group.strip())
    return go(f"assignments/{name}/reading/{task}/rubric", "The item is added.")


def _page(
    request: Request,
    desk: Desk,
    name: str,
    task: str,
    said: str = "",
    preview: Preview | None = None,
) -> Response:
    question = written.question(desk, name, task)
    items = Readings(desk.course).rubric(name, task)
    return render(
        request,
        "rubric.html",
        assignment=desk.assignment(name),
        question=question,
        groups=written.grouped(items),
        total=sum(max(0.0, item.points) for item in items),
        said=said,
        preview=preview,
    )


def _number(said: str) -> float:
    value = scores.read_score(said)
    if value is None:
        raise ReadingError("Give the item's points, such as 2 or -0.5.")
    return value
