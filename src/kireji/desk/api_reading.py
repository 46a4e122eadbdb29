"""Reading written answers as JSON: what the page of reading does, for scripts too."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Path
from pydantic import BaseModel, Field

from kireji.desk import written
from kireji.desk.changes import reading, rubric, scores
from kireji.desk.desk import Desk, TheDesk, TheInstructor, ThePerson
from kireji.reading import Change, Readings, RubricItem

router = APIRouter(prefix="/api/assignments/{name}/questions", tags=["reading"])
Name = Annotated[str, Path(description="An assignment, such as ex1_translation")]
Task = Annotated[str, Path(description="A written question, as list_questions names it")]
Code = Annotated[str, Path(description="An answer, as next_answer names it", max_length=64)]
Items = Annotated[list[int], Field(max_length=500, description="numbers of the rubric's items")]
Comment = Annotated[str, Field(max_length=scores.MAX_COMMENT)]


class QuestionModel(BaseModel):
    """A written question. read, total: of the graded submissions' answers."""

    task: str
    title: str
    points: float
    read: int
    total: int


class AnswerModel(BaseModel):
    """An answer as the feedback page shows it. pictures: PNG, base64.

    problem: why it cannot be shown   taken: why you cannot save it"""

    answer: str
    student: str
    html: str
    pictures: list[str]
    is_empty: bool
    digest: str
    seen: str
    score: float | None
    items: list[int]
    points: float
    comment: str
    read_by: str
    problem: str
    taken: str


class ReadingRequest(BaseModel):
    """What an answer gets. points: besides those of the items. digest: of the answer that was read,
    so that no points are given for another. seen: the answer's `seen`, so that no other reading is
    replaced unseen. Both are not checked if they are ""."""

    items: Items = []
    points: float = 0.0
    comment: Comment = ""
    digest: str = Field("", max_length=64)
    seen: str = Field("", max_length=64)


class DraftRequest(BaseModel):
    """What is typed and not saved. none: 0 points are meant."""

    items: Items = []
    points: str = Field("", max_length=40)
    comment: Comment = ""
    none: bool = False


class SavedModel(BaseModel):
    """The score that an answer has now."""

    answer: str
    score: float | None
    read: int
    total: int


class ItemModel(BaseModel):
    """An item of the rubric."""

    id: int
    group: str
    points: float
    sentence: str


class ItemRequest(BaseModel):
    """An item to add."""

    points: float
    sentence: str
    group: str = ""


class ItemChange(BaseModel):
    """Another sentence or other points; null leaves it. preview: change nothing, and say whose
    score would change."""

    points: float | None = None
    sentence: str | None = None
    preview: bool = False


class Removal(BaseModel):
    """preview: remove nothing, and say whose score would change."""

    preview: bool = False


class ChangeModel(BaseModel):
    """A student's score for the question before and after."""

    student: str
    before: float
    after: float


@router.get("")
def list_questions(desk: TheDesk, name: Name) -> list[QuestionModel]:
    """The written questions of an assignment."""
    reading.take_over_points(desk, name)
    return [_question(one) for one in written.questions(desk, name)]


@router.post("/{task}/next")
def next_answer(
    desk: TheDesk, person: ThePerson, name: Name, task: Task, after: str = ""
) -> AnswerModel | None:
    """The next answer that is not read. It is yours for ten minutes; null if none is left, or the
    rest is with other readers."""
    code = written.take_next(desk, person, name, task, after)
    return _answer(written.sheet(desk, person, name, task, code)) if code else None


@router.get("/{task}/answers/{answer}")
def show_answer(
    desk: TheDesk, person: ThePerson, name: Name, task: Task, answer: Code
) -> AnswerModel:
    """One answer. It is yours for ten minutes, unless another reader has it."""
    return _answer(written.sheet(desk, person, name, task, answer))


@router.put("/{task}/answers/{answer}/reading")
def read_answer(
    desk: TheDesk,
    person: ThePerson,
    background: BackgroundTasks,
    name: Name,
    task: Task,
    answer: Code,
    request: ReadingRequest,
) -> SavedModel:
    """Give points for an answer. The gradebook has them a moment later."""
    typed = written.Typed(tuple(request.items), f"{request.points!r}", request.comment)
    score = reading.save(desk, person, name, task, answer, typed, request.digest, request.seen)
    background.add_task(reading.record, desk)
    return _saved(desk, name, task, answer, score)


@router.put("/{task}/answers/{answer}/draft")
def keep_draft(
    desk: TheDesk, person: ThePerson, name: Name, task: Task, answer: Code, request: DraftRequest
) -> bool:
    """Keep what you typed until it is saved, and the answer with you for ten more minutes."""
    typed = written.Typed(tuple(request.items), request.points, request.comment, request.none)
    reading.keep_draft(desk, person, name, task, answer, typed)
    return True


@router.put("/{task}/answers/{answer}/lease")
def keep_answer(desk: TheDesk, person: ThePerson, name: Name, task: Task, answer: Code) -> bool:
    """Keep the answer with you for ten more minutes."""
    student = written.student_at(desk, name, task, answer)
    Readings(desk.course).lease(name, task, student, person.name)
    return True


@router.post("/{task}/answers/{answer}/skip")
def skip_answer(desk: TheDesk, person: ThePerson, name: Name, task: Task, answer: Code) -> bool:
    """Leave the answer unread, for any reader."""
    reading.skip(desk, person, name, task, answer)
    return True


@router.post("/{task}/undo")
def undo(
    desk: TheDesk, person: ThePerson, background: BackgroundTasks, name: Name, task: Task
) -> SavedModel:
    """Take back what you saved last for this question."""
    written.check_question(desk, name, task)
    code = reading.undo_last(desk, person, name, task)
    background.add_task(reading.record, desk)
    return _saved(desk, name, task, code, written.sheet(desk, person, name, task, code).score)


@router.get("/{task}/rubric")
def show_rubric(desk: TheDesk, name: Name, task: Task) -> list[ItemModel]:
    """The rubric of a question."""
    written.check_question(desk, name, task)
    return [_item(one) for one in Readings(desk.course).rubric(name, task)]


@router.post("/{task}/rubric", status_code=201)
def add_item(
    desk: TheDesk, person: TheInstructor, name: Name, task: Task, request: ItemRequest
) -> ItemModel:
    """Add an item to the rubric."""
    return _item(
        rubric.add(desk, person, name, task, request.points, request.sentence, request.group)
    )


@router.put("/{task}/rubric/{number}")
def change_item(
    desk: TheDesk,
    person: TheInstructor,
    background: BackgroundTasks,
    name: Name,
    task: Task,
    number: int,
    request: ItemChange,
) -> list[ChangeModel]:
    """Change an item for everybody who has it. Returns whose score changes."""
    if request.preview:
        changes = rubric.preview(desk, name, task, number, request.points)
    else:
        changes = rubric.change(desk, person, name, task, number, request.points, request.sentence)
        background.add_task(reading.record, desk)
    return [_change(one) for one in changes]


@router.post("/{task}/rubric/{number}/remove")
def remove_item(
    desk: TheDesk,
    person: TheInstructor,
    background: BackgroundTasks,
    name: Name,
    task: Task,
    number: int,
    request: Removal,
) -> list[ChangeModel]:
    """Remove an item, from everybody who has it. Returns whose score changes."""
    if request.preview:
        changes = rubric.preview(desk, name, task, number, 0.0)
    else:
        changes = rubric.remove(desk, person, name, task, number)
        background.add_task(reading.record, desk)
    return [_change(one) for one in changes]


def _question(one: written.Question) -> QuestionModel:
    return QuestionModel(
        task=one.task, title=one.title, points=one.points, read=one.read, total=one.total
    )


def _answer(sheet: written.Sheet) -> AnswerModel:
    answer, said = sheet.answer, sheet.reading
    return AnswerModel(
        answer=sheet.code,
        student=sheet.student,
        html=answer.html if answer else "",
        pictures=answer.outputs if answer else [],
        is_empty=answer.is_empty if answer else True,
        digest=answer.digest if answer else "",
        seen=sheet.seen,
        score=sheet.score,
        items=list(said.items) if said else [],
        points=said.points if said else 0.0,
        comment=said.comment if said else "",
        read_by=said.by if said else "",
        problem=sheet.problem,
        taken=sheet.taken,
    )


def _saved(desk: Desk, name: str, task: str, code: str, score: float | None) -> SavedModel:
    question = written.question(desk, name, task)
    return SavedModel(answer=code, score=score, read=question.read, total=question.total)


def _item(item: RubricItem) -> ItemModel:
    return ItemModel(id=item.id, group=item.group, points=item.points, sentence=item.sentence)


def _change(change: Change) -> ChangeModel:
    return ChangeModel(**asdict(change))
