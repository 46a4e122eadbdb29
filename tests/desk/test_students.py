"""The students' table: states, filters, search and order."""

import pytest
from starlette.testclient import TestClient

from kireji.desk import students
from kireji.desk.desk import Desk
from kireji.hub.desk_service import PREFIX
from tests.desk.small_class import HOSTILE, SmallClass


@pytest.fixture
def lines(small_class: SmallClass) -> list[students.Line]:
    return students.lines(Desk(small_class.course, small_class.config), "toy")


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("", ["bob", "alice", "carol", "dan"]),
        ("missing", ["dan"]),
        ("late", ["bob"]),
        ("failing", ["bob"]),
        ("waiting", ["carol"]),
        ("reading", ["bob"]),
        ("unreturned", ["bob", "carol"]),
    ],
)
def test_a_filter_finds_its_students(
    lines: list[students.Line], state: str, names: list[str]
) -> None:
    assert [line.student.name for line in students.choose(lines, state)] == names


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("score", ["dan", "bob", "carol", "alice"]),
        ("attempts", ["dan", "bob", "alice", "carol"]),
        ("came", ["dan", "alice", "carol", "bob"]),
    ],
)
def test_the_table_sorts(lines: list[students.Line], sort: str, names: list[str]) -> None:
    assert [line.student.name for line in students.choose(lines, sort=sort)] == names


def test_the_search_looks_at_name_account_and_mail(lines: list[students.Line]) -> None:
    for text, name in (("adler", "alice"), ("CAROL@", "carol"), (" dan", "dan")):
        assert [line.student.name for line in students.choose(lines, search=text)] == [name]


def test_the_page_escapes_what_names_a_student(instructor: TestClient) -> None:
    page = instructor.get(f"{PREFIX}assignments/toy").text
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    search = instructor.get(f"{PREFIX}assignments/toy", params={"search": f'"{HOSTILE}'}).text
    assert HOSTILE not in search


def test_an_empty_choice_says_so(instructor: TestClient) -> None:
    page = instructor.get(f"{PREFIX}assignments/toy", params={"search": "nobody at all"}).text
    assert "No student matches" in page
