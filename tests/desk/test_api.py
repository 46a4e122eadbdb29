"""The desk's API: a script with a hub token grades, follows the run and exports."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from kireji import runs
from kireji.desk.desk import Desk
from kireji.hub.desk_service import PREFIX
from kireji.runs import RunState
from tests.desk.small_class import DUE, SmallClass

API = f"{PREFIX}api/"


@pytest.fixture
def call(open_desk: Callable[..., TestClient]) -> Callable[..., Any]:
    """Call the API as somebody, by token."""
    client = open_desk()

    def call(name: str, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"token token-{name}"}
        return client.request(method, API + path, headers=headers, **options)

    return call


def test_the_description_names_every_call(call: Callable[..., Any]) -> None:
    described = call("theo", "GET", "openapi.json").json()
    assert f"{API}assignments/{{name}}/runs" in described["paths"]
    for path, calls in described["paths"].items():
        assert path.startswith(API)
        for method, one in calls.items():
            assert one["description"], (path, method)


def test_a_student_calls_nothing_that_is_described(call: Callable[..., Any]) -> None:
    values = {"name": "toy", "student": "alice", "task": "double", "number": 1, "form": "canvas"}
    values["answer"] = "0"
    paths = call("ines", "GET", "openapi.json").json()["paths"]
    for path, calls in paths.items():
        address = path.removeprefix(API).format(**values)
        for method in calls:
            for name, status in (("alice", 403), ("nobody", 401)):
                answer = call(name, method.upper(), address, json={})
                assert answer.status_code == status, (method, address)
                assert set(answer.json()) == {"detail"}


def test_a_script_grades_and_exports(call: Callable[..., Any], small_class: SmallClass) -> None:
    (toy,) = call("theo", "GET", "assignments").json()
    assert (toy["name"], toy["waiting"], toy["graded"]) == ("toy", ["carol"], 3)
    assert toy["due"] == DUE.isoformat().replace("+00:00", "Z")
    asked = call("theo", "POST", "assignments/toy/runs", json={"kind": "grade"})
    assert asked.status_code == 202
    number = asked.json()["id"]
    assert call("theo", "GET", f"runs/{number}").json()["state"] == "waiting"
    assert [run["by"] for run in call("theo", "GET", "runs").json()] == ["theo"]
    assert call("theo", "POST", f"runs/{number}/cancel").json()["state"] == "cancelled"
    assert runs.get(small_class.course, number).state == RunState.CANCELLED
    assert "Points Possible" in call("theo", "GET", "export/canvas.csv").text
    assert call("theo", "GET", "assignments/toy/tasks.csv").text.count("\r\n") == 5


def test_students_and_results_are_plain_data(call: Callable[..., Any]) -> None:
    late = call("theo", "GET", "assignments/toy/students", params={"state": "late"}).json()
    assert [(one["student"], one["penalty"]) for one in late] == [("bob", 0.5)]
    assert None in late[0]["tasks"].values()  # one has to be read
    results = call("theo", "GET", "assignments/toy/results").json()
    assert results == {"items": [], "misconceptions": [], "metrics": []}


def test_dates_are_for_instructors(call: Callable[..., Any], small_class: SmallClass) -> None:
    for path, body in (
        ("assignments/toy/dates", {"due": "2026-10-01 12:00+00:00"}),
        ("assignments/toy/students/bob/extension", {"until": "2026-10-05 12:00+00:00"}),
    ):
        assert call("theo", "PUT", path, json=body).status_code == 403
        assert call("ines", "PUT", path, json=body).status_code == 200
    dates = Desk(small_class.course, small_class.config).calendar.dates("toy", "bob")
    assert (dates.extended, dates.due and dates.due.day) == (True, 5)


def test_a_score_is_corrected(call: Callable[..., Any], small_class: SmallClass) -> None:
    task = next(iter(small_class.points))
    path = f"assignments/toy/students/alice/tasks/{task}/score"
    refused = call("theo", "PUT", path, json={"score": 0})
    assert (refused.status_code, refused.json()) == (
        400,
        {"detail": "Give a reason for replacing the automatic score."},
    )
    found = call("theo", "PUT", path, json={"score": 0, "reason": "Copied"}).json()
    assert found["tasks"][task] == 0


def test_a_bad_call_says_what_is_expected(call: Callable[..., Any]) -> None:
    for method, path, body, status in (
        ("GET", "assignments/none/students", None, 404),
        ("GET", "runs/1", None, 404),
        ("POST", "assignments/toy/runs", {"kind": "burn"}, 422),
        ("GET", "nothing", None, 404),
    ):
        answer = call("ines", method, path, json=body)
        assert answer.status_code == status, path
        assert answer.json()["detail"]
