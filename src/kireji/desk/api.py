"""The desk as JSON, for scripts: the same roles, and the same functions as the pages.

A script sends a hub token: `Authorization: token ...`.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from kireji import runs
from kireji.copies import kept
from kireji.copies.look import AlikePair
from kireji.desk import export, overview, students
from kireji.desk.changes import dates, scores, work
from kireji.desk.desk import Desk, TheDesk, TheInstructor, ThePerson
from kireji.desk.pages.class_list import csv_answer
from kireji.report_index.index import open_index
from kireji.report_index.items import item_analysis
from kireji.report_index.misconceptions import misconceptions
from kireji.runs import Run, RunKind, RunState

router = APIRouter(prefix="/api", tags=["desk"])
Name = Annotated[str, Path(description="An assignment, such as ex1_translation")]


class AssignmentModel(BaseModel):
    """An assignment, and how far the class is."""

    name: str
    title: str
    max_score: float
    release: datetime | None
    due: datetime | None
    closes: datetime | None
    enrolled: int
    handed_in: int
    graded: int
    to_read: int
    returned: int
    median: float | None
    waiting: list[str] = Field(description="students whose last attempt is not graded")
    not_graded: dict[str, str] = Field(description="why those could not be graded")


class StudentModel(BaseModel):
    """A student at an assignment. tasks: points by task; null where a person has to read it."""

    student: str
    first_name: str
    last_name: str
    states: list[str]
    score: float | None
    max_score: float
    penalty: float | None
    tasks: dict[str, float | None]
    attempts: int
    came: datetime | None
    due: datetime | None
    extended: bool
    returned: bool


class RunModel(BaseModel):
    """A piece of work in the queue."""

    id: int
    kind: RunKind
    assignments: list[str]
    students: list[str]
    by: str
    state: RunState
    done: int
    total: int
    seconds_left: float | None
    result: str
    reasons: dict[str, str] = Field(description="why submissions could not be done")


class CopiesModel(BaseModel):
    """What the last comparison found. similarity: 0 to 1"""

    at: datetime
    compared: int
    pairs: tuple[AlikePair, ...]
    skipped: dict[str, str] = Field(description="why those could not be compared")


class RunRequest(BaseModel):
    """What to do, for everybody unless students are named."""

    kind: RunKind
    students: list[str] = []


class DatesRequest(BaseModel):
    """Dates as people write them, in the course's time zone; "" removes one, null leaves it."""

    release: str | None = None
    due: str | None = None
    closes: str | None = None


class ExtensionRequest(BaseModel):
    """Until when, as people write it; "" takes the extension back."""

    until: str


class ScoreRequest(BaseModel):
    """A score in place of the automatic one; null takes it back."""

    score: float | None
    reason: str = ""


@router.get("/assignments")
def list_assignments(desk: TheDesk) -> list[AssignmentModel]:
    """Every assignment, and how far the class is."""
    return [_assignment(row) for row in overview.rows(desk)]


@router.get("/assignments/{name}/students")
def list_students(desk: TheDesk, name: Name, state: str = "") -> list[StudentModel]:
    """The class at an assignment; of a `state` such as late or waiting, if that is given."""
    desk.assignment(name)
    chosen = students.choose(students.lines(desk, name), state)
    return [_student(line) for line in chosen]


@router.get("/assignments/{name}/results")
def show_results(desk: TheDesk, name: Name) -> dict[str, list[dict[str, Any]]]:
    """Item analysis of tasks and hidden tests, misconceptions, and metrics."""
    desk.assignment(name)
    index = open_index(desk.course)
    return {
        "items": [asdict(one) for one in item_analysis(index, name)],
        "misconceptions": [asdict(one) for one in misconceptions(index, name)],
        "metrics": [asdict(one) for one in index.metrics(name)],
    }


@router.get("/assignments/{name}/copies")
def show_copies(desk: TheDesk, name: Name) -> CopiesModel | None:
    """The pairs of submissions that are alike, by the last comparison; null if there was none. The
    run `compare` makes one."""
    desk.assignment(name)
    found = kept.read(desk.course, name)
    if found is None:
        return None
    return CopiesModel(
        at=found.at, compared=found.compared, pairs=found.pairs, skipped=found.skipped
    )


@router.post("/assignments/{name}/runs", status_code=202)
def ask_for_a_run(desk: TheDesk, person: ThePerson, name: Name, request: RunRequest) -> RunModel:
    """Grade, grade again, return feedback or compare. Answers at once; the run waits for its
    turn."""
    return _run(desk, work.ask(desk, person, request.kind, name, request.students))


@router.get("/runs")
def list_runs(desk: TheDesk, limit: Annotated[int, Field(ge=1, le=500)] = 50) -> list[RunModel]:
    """The newest runs first."""
    return [_run(desk, run) for run in runs.list_runs(desk.course, limit=limit)]


@router.get("/runs/{number}")
def show_run(desk: TheDesk, number: int) -> RunModel:
    """One run."""
    return _run(desk, work.find(desk, number))


@router.post("/runs/{number}/cancel")
def cancel_run(desk: TheDesk, person: ThePerson, number: int) -> RunModel:
    """Ask a run to end; what it recorded stays."""
    return _run(desk, work.cancel(desk, person, number))


@router.put("/assignments/{name}/dates")
def set_dates(desk: TheDesk, person: TheInstructor, name: Name, request: DatesRequest) -> list[str]:
    """Set dates of an assignment. Returns what was done besides, in sentences."""
    said = {key: text for key, text in request.model_dump().items() if text is not None}
    return dates.set_dates(desk, person, name, said)


@router.put("/assignments/{name}/students/{student}/extension")
def extend(
    desk: TheDesk, person: TheInstructor, name: Name, student: str, request: ExtensionRequest
) -> list[str]:
    """Give a student another due time."""
    return dates.extend(desk, person, name, [student], request.until)


@router.put("/assignments/{name}/students/{student}/tasks/{task}/score")
def correct(
    desk: TheDesk, person: ThePerson, name: Name, student: str, task: str, request: ScoreRequest
) -> StudentModel:
    """Correct the score of a task, with a reason where it replaces an automatic one."""
    desk.assignment(name)
    desk.student(student)
    scores.correct(desk, person, name, student, task, request.score, request.reason)
    return _student(students.lines(desk, name, student)[0])


@router.get("/export/{form}.csv", response_class=Response)
def export_class(desk: TheDesk, form: Literal["canvas", "moodle"]) -> Response:
    """The points by assignment as CSV."""
    return csv_answer(export.by_assignment(desk, export.Form(form)), f"grades-{form}")


@router.get("/assignments/{name}/tasks.csv", response_class=Response)
def export_tasks(desk: TheDesk, name: Name) -> Response:
    """The points by task as CSV."""
    return csv_answer(export.by_task(desk, name), f"tasks-{name}")


def _assignment(row: overview.Row) -> AssignmentModel:
    return AssignmentModel(
        **{
            name: getattr(row.dates if name in dates.NAMES else row, name)
            for name in AssignmentModel.model_fields
        }
    )


def _student(line: students.Line) -> StudentModel:
    return StudentModel(
        student=line.student.name,
        first_name=line.student.first_name,
        last_name=line.student.last_name,
        states=line.states,
        score=line.graded.score if line.graded else None,
        max_score=line.max_score,
        penalty=line.graded.penalty if line.graded else None,
        tasks={name: None if grade.to_read else grade.score for name, grade in line.tasks.items()},
        attempts=line.handed_in.attempts,
        came=line.came,
        due=line.dates.due,
        extended=line.dates.extended,
        returned=line.returned,
    )


def _run(desk: Desk, run: Run) -> RunModel:
    reasons = runs.reasons(desk.course, run.id)
    return RunModel(
        id=run.id,
        kind=run.kind,
        assignments=list(run.assignments),
        students=list(run.students),
        by=run.by,
        state=run.state,
        done=run.done,
        total=run.total,
        seconds_left=run.seconds_left(),
        result=run.result,
        reasons={f"{name}/{student}": why for (name, student), why in reasons.items()},
    )
