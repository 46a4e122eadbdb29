"""Asking for runs on the desk, following them, and cancelling them."""

import pytest
from starlette.testclient import TestClient

from kireji import runs
from kireji.desk import overview
from kireji.desk.desk import Desk
from kireji.hub.desk_service import PREFIX
from kireji.runs import RunKind, RunState
from kireji.runs.running import begin
from tests.desk.forms import post
from tests.desk.small_class import HOSTILE, SmallClass

MANY = "assignments/toy/many"


@pytest.mark.parametrize("action", ["grade", "grade again", "return feedback"])
def test_an_assistant_asks_for_a_run(
    assistant: TestClient, small_class: SmallClass, action: str
) -> None:
    answer = post(assistant, MANY, {"action": action, "student": ["bob", "alice"]})
    assert "is in the queue" in answer.text
    (run,) = runs.list_runs(small_class.course)
    assert (run.kind, run.students, run.by) == (RunKind(action), ("alice", "bob"), "theo")


def test_the_overview_asks_for_everybody(instructor: TestClient, small_class: SmallClass) -> None:
    post(instructor, MANY, {"action": "grade", "everybody": "true"})
    (run,) = (run for run in runs.list_runs(small_class.course) if run.kind == RunKind.GRADE)
    assert run.students == ()


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        ({"action": "grade"}, 400, "Choose at least one student"),
        ({"action": "grade", "student": "nobody"}, 404, "has no student"),
        ({"action": "delete", "student": "bob"}, 422, "action"),
    ],
)
def test_a_bad_request_asks_for_nothing(
    instructor: TestClient, small_class: SmallClass, data: dict, status: int, said: str
) -> None:
    answer = post(instructor, MANY, data)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert not runs.list_runs(small_class.course)


def test_many_are_extended_by_instructors_alone(
    instructor: TestClient, assistant: TestClient, small_class: SmallClass
) -> None:
    data = {"action": "extend", "student": ["bob", "dan"], "until": "2026-09-30"}
    assert post(assistant, MANY, data).status_code == 403
    assert not Desk(small_class.course, small_class.config).calendar.of("toy").extensions
    assert "The extensions are kept." in post(instructor, MANY, data).text
    extensions = Desk(small_class.course, small_class.config).calendar.of("toy").extensions
    assert set(extensions) == {"bob", "dan"}


def test_a_run_is_cancelled(instructor: TestClient, small_class: SmallClass) -> None:
    run = runs.submit(small_class.course, RunKind.GRADE, "toy", by="ines")
    assert "is told to end" in post(instructor, f"runs/{run.id}/cancel").text
    assert runs.get(small_class.course, run.id).state == RunState.CANCELLED
    assert post(instructor, "runs/99/cancel").status_code == 404


def test_what_could_not_be_graded_has_its_reason(
    instructor: TestClient, small_class: SmallClass
) -> None:
    with begin(small_class.course, RunKind.GRADE, ["toy"], [], by=HOSTILE) as running:
        running.expect(1)
        running.finished("toy", "carol", reason=f"The notebook is {HOSTILE}")
    (row,) = overview.rows(Desk(small_class.course, small_class.config))
    assert row.not_graded == {"carol": f"The notebook is {HOSTILE}"}
    for address in ("", "runs", "runs/1"):
        page = instructor.get(PREFIX + address).text
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page


def test_an_event_has_the_list_of_now(instructor: TestClient, small_class: SmallClass) -> None:
    address = f"{PREFIX}runs/events"
    empty = instructor.get(address)
    assert empty.headers["content-type"].startswith("text/event-stream")
    assert "Nothing has been graded" in empty.text
    runs.submit(small_class.course, RunKind.GRADE, "toy", by="ines")
    waiting = instructor.get(address).text
    assert "Grade toy" in waiting and 'value=""' not in waiting
    retry, *lines = waiting.splitlines()
    assert retry.startswith("retry: ")
    assert all(line == "" or line.startswith("data: ") for line in lines)
