"""The API of reading: a script reads the class, and the page's own script keeps drafts."""

from collections.abc import Callable
from typing import Any

import pytest

from kireji.reading import Readings
from tests.desk.small_class import SmallClass
from tests.desk.test_api import call as call
from tests.desk.written_answers import WHERE, write_all

QUESTIONS = "assignments/toy/questions"
ESSAY = f"{QUESTIONS}/essay"
Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def answers(small_class: SmallClass) -> Readings:
    write_all(small_class)
    return Readings(small_class.course)


def test_a_script_reads_every_answer(call: Call, answers: Readings) -> None:
    (question,) = call("theo", "GET", QUESTIONS).json()
    assert (question["task"], question["points"]) == ("essay", 3)
    assert (question["read"], question["total"]) == (0, 3)
    rubric = call("theo", "GET", f"{ESSAY}/rubric").json()
    chosen, seen = [rubric[1]["id"]], []
    while answer := call("theo", "POST", f"{ESSAY}/next").json():
        assert "<strong>" in answer["html"] and len(answer["pictures"]) == 1
        seen.append(answer["student"])
        body = {"items": chosen, "points": 0.25, "comment": "Good.", "digest": answer["digest"]}
        path = f"{ESSAY}/answers/{answer['answer']}"
        saved = call("theo", "PUT", f"{path}/reading", json=body).json()
        assert (saved["score"], saved["read"]) == (2.25, len(seen))
        found = call("theo", "GET", path).json()
        assert (found["score"], found["items"], found["read_by"]) == (2.25, chosen, "theo")
    assert sorted(seen) == ["alice", "bob", "carol"]
    undone = call("theo", "POST", f"{ESSAY}/undo").json()
    assert (undone["score"], undone["read"]) == (None, 2)
    assert answers.reading_of(*WHERE, seen[-1]) is None


def test_a_draft_outlives_a_lost_lease(call: Call, answers: Readings) -> None:
    answer = call("theo", "POST", f"{ESSAY}/next").json()
    path = f"{ESSAY}/answers/{answer['answer']}"
    body = {"items": [], "points": "1,", "comment": "half a sen", "none": False}
    assert call("theo", "PUT", f"{path}/draft", json=body).status_code == 200
    refused = call("ines", "PUT", f"{path}/draft", json=body)
    assert refused.status_code == 400
    assert "theo is reading this answer now" in refused.json()["detail"]
    for reader in ("theo", "ines"):
        draft = answers.draft_of(*WHERE, answer["student"], by=reader)
        assert draft["comment"] == "half a sen"
    assert call("ines", "PUT", f"{path}/reading", json={"points": 1}).status_code == 400
    assert "theo is reading" in call("ines", "GET", path).json()["taken"]
    assert call("theo", "POST", f"{path}/skip").json() is True
    assert call("ines", "PUT", f"{path}/lease").json() is True


def test_a_change_of_the_rubric_is_previewed(call: Call, answers: Readings) -> None:
    answer = call("theo", "POST", f"{ESSAY}/next").json()
    item = call("theo", "GET", f"{ESSAY}/rubric").json()[0]["id"]
    body = {"items": [item]}
    call("theo", "PUT", f"{ESSAY}/answers/{answer['answer']}/reading", json=body)
    change = {"points": 2, "preview": True}
    assert call("theo", "PUT", f"{ESSAY}/rubric/{item}", json=change).status_code == 403
    expected = [{"student": answer["student"], "before": 1, "after": 2}]
    assert call("ines", "PUT", f"{ESSAY}/rubric/{item}", json=change).json() == expected
    assert answers.item(item).points == 1
    change = {"points": 2, "sentence": "Names it."}
    assert call("ines", "PUT", f"{ESSAY}/rubric/{item}", json=change).json() == expected
    assert (answers.item(item).points, answers.item(item).sentence) == (2, "Names it.")
    added = call("ines", "POST", f"{ESSAY}/rubric", json={"points": 1, "sentence": "New."})
    assert added.status_code == 201
    removal = f"{ESSAY}/rubric/{item}/remove"
    expected = [{"student": answer["student"], "before": 2, "after": 0}]
    assert call("ines", "POST", removal, json={"preview": True}).json() == expected
    assert call("ines", "POST", removal, json={}).json() == expected
    assert item not in [one["id"] for one in call("theo", "GET", f"{ESSAY}/rubric").json()]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{QUESTIONS}/double/rubric"),
        ("POST", f"{QUESTIONS}/none/next"),
        ("GET", f"{ESSAY}/answers/0"),
        ("PUT", f"{ESSAY}/rubric/99"),
    ],
)
def test_what_is_not_there_is_not_found(call: Call, method: str, path: str) -> None:
    answer = call("ines", method, path, json={})
    assert answer.status_code == 404 and answer.json()["detail"]
