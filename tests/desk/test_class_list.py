"""The class on the desk: roster, roles, passwords and exports."""

import csv
import io

import pytest
from starlette.testclient import TestClient

from kireji.desk import export
from kireji.desk.desk import Desk
from kireji.hub import accounts
from kireji.hub.desk_service import PREFIX
from tests.desk.forms import csrf, post
from tests.desk.small_class import HOSTILE, SmallClass

ROSTER = "name,role,first_name\nzoe,student,Zoe\ntom,assistant,Tom\n"


def upload(client: TestClient, content: bytes):
    return client.post(
        f"{PREFIX}class/roster",
        data={"csrf": csrf(client)},
        files={"roster": ("roster.csv", content, "text/csv")},
    )


def test_a_roster_makes_accounts(instructor: TestClient, small_class: SmallClass) -> None:
    page = upload(instructor, ROSTER.encode()).text
    file = small_class.course.hub / "accounts.json"
    words = accounts.first_passwords(file)
    assert words["zoe"] in page and words["tom"] in page
    assert accounts.load_accounts(file)["tom"].role == "assistant"
    enrolled = Desk(small_class.course, small_class.config).grades.enrolled()
    assert {"zoe"} == {one.name for one in enrolled} - {"alice", "bob", "carol", "dan"}
    again = upload(instructor, ROSTER.encode()).text
    assert "0 new accounts" in again


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name,role\nZoe Smith,student\n", "cannot be an account"),
        (b"name\nzoe\n", "has no column"),
        (b"name,role\nzo\xe9,student\n", "not text in UTF-8"),
        (b"x" * (2**20 + 1), "larger than 1 MiB"),
        (b"name,role\nzoe@example.org,student\n", "have no @"),
    ],
)
def test_a_bad_roster_changes_nothing(
    instructor: TestClient, small_class: SmallClass, content: bytes, said: str
) -> None:
    before = small_class.course.gradebook.read_bytes()
    answer = upload(instructor, content)
    assert answer.status_code == 400
    assert said in answer.text
    assert small_class.course.gradebook.read_bytes() == before


def test_one_person_is_added(instructor: TestClient, small_class: SmallClass) -> None:
    data = {"account": "zoe", "first_name": 'Zoe "Z"', "last_name": "Smith, PhD"}
    post(instructor, "class/people", data)
    found = Desk(small_class.course, small_class.config).grades.enrolled()
    assert 'Zoe "Z" Smith, PhD' in [one.full_name for one in found]


def test_a_new_password_is_shown_once(instructor: TestClient, small_class: SmallClass) -> None:
    post(instructor, "class/people", {"account": "zoe"})
    file = small_class.course.hub / "accounts.json"
    before = accounts.first_passwords(file)["zoe"]
    page = post(instructor, "students/zoe/password").text
    after = accounts.first_passwords(file)["zoe"]
    assert after != before and after in page
    assert after not in instructor.get(f"{PREFIX}students/zoe").text
    assert after not in str(list(small_class.course.audit.read()))


def test_an_assistant_changes_no_roster(assistant: TestClient, small_class: SmallClass) -> None:
    assert upload(assistant, ROSTER.encode()).status_code == 403
    assert post(assistant, "class/people", {"account": "zoe"}).status_code == 403
    assert "Upload the roster" not in assistant.get(f"{PREFIX}class").text


def rows(client: TestClient, name: str) -> list[list[str]]:
    answer = client.get(f"{PREFIX}class/{name}")
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_canvas_gets_its_columns(assistant: TestClient, small_class: SmallClass) -> None:
    head, possible, bob, alice, *_ = rows(assistant, "grades-canvas.csv")
    most = sum(small_class.points.values())
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert (possible[0].strip(), float(possible[5])) == ("Points Possible", most)
    assert bob[0] == f"{HOSTILE}, Bob"
    assert (alice[3], float(alice[5])) == ("alice", most)


def test_moodle_gets_its_columns(assistant: TestClient) -> None:
    head, *people = rows(assistant, "grades-moodle.csv")
    assert head[:4] == ["Username", "First name", "Surname", "Email address"]
    assert people[-1] == ["dan", "Dan", "Dahl", "", ""]


def test_tasks_are_exported(assistant: TestClient, small_class: SmallClass) -> None:
    head, bob, *_ = rows(assistant, "tasks-toy.csv")
    found = dict(zip(head, bob, strict=True))
    first = next(iter(small_class.points))
    assert found[first] == ""  # it has to be read
    assert found["late_penalty"] == "0.5"
    assert assistant.get(f"{PREFIX}class/tasks-none.csv").status_code == 404


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert export.safe(cell) == f"'{cell}"


def test_numbers_stay_numbers() -> None:
    assert [export.safe(cell) for cell in (-1.5, 2.0, 0.0, None, "a")] == [
        "-1.5",
        "2",
        "0",
        "",
        "a",
    ]
