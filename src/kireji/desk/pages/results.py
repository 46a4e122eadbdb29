"""What the hidden tests found in the class: item analysis, misconceptions and metrics."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from kireji.desk import students
from kireji.desk.desk import NoSuchPageError, TheDesk
from kireji.desk.examples import examples
from kireji.desk.rendering import render
from kireji.report_index.index import open_index
from kireji.report_index.items import item_analysis
from kireji.report_index.misconceptions import misconceptions

router = APIRouter(prefix="/assignments/{name}")
EXAMPLES = 2  # of a misconception


@router.get("/results")
def show_results(request: Request, desk: TheDesk, name: str) -> Response:
    """Each task and hidden test, and the mistakes that students made."""
    assignment, index = desk.assignment(name), open_index(desk.course)
    distribution = index.distribution(name)
    return render(
        request,
        "results.html",
        assignment=assignment,
        items=item_analysis(index, name),
        misconceptions=misconceptions(index, name),
        distribution=distribution,
        scores=[one.score for one in desk.grades.graded(name)],
        max_score=students.max_score(desk, name),
        notices=_notices(index.latest(name)),
    )


@router.get("/mistakes/{diagnosis}")
def show_mistake(request: Request, desk: TheDesk, name: str, diagnosis: str) -> Response:
    """One misconception: who has it, and two answers that show it."""
    assignment = desk.assignment(name)
    for one in misconceptions(open_index(desk.course), name):
        if one.diagnosis == diagnosis:
            break
    else:
        raise NoSuchPageError(f"No diagnosis {diagnosis[:80]!r} was made in {name}.")
    having = [student for student in desk.grades.enrolled() if student.name in one.now]
    return render(
        request,
        "mistake.html",
        assignment=assignment,
        mistake=one,
        examples=examples(desk.course, name, one.cells, having, EXAMPLES),
    )


@router.get("/metrics")
def show_metrics(request: Request, desk: TheDesk, name: str) -> Response:
    """What measuring tests found, between the baseline and the target."""
    return render(
        request,
        "metrics.html",
        assignment=desk.assignment(name),
        metrics=open_index(desk.course).metrics(name),
    )


def _notices(attempts) -> dict[str, list[str]]:
    """What hidden tests that failed themselves said -> the students in whose work."""
    found: dict[str, list[str]] = {}
    for attempt in attempts:
        for notice in attempt.for_instructor:
            found.setdefault(notice, []).append(attempt.student)
    return found
