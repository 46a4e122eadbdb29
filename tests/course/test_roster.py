"""A class from a CSV file: taken in whole or not at all, and as often as one likes."""

import json

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from kireji.cli.main import kireji
from kireji.course.roster import Person, RosterError, load, read
from kireji.hub import accounts

CLASS = """name,role,first_name,last_name,mail
carol,student,Carol,"Jones, of Wales",carol@example.org
dan,instructor,,,

érin,student,,,
"""
GOOD = CLASS.replace("érin", "erin.o-1")


def test_reads_what_is_there():
    assert read(GOOD) == [
        Person("carol", "student", "Carol", "Jones, of Wales", "carol@example.org"),
        Person("dan", "instructor"),
        Person("erin.o-1", "student"),
    ]
    assert read("Role;Name\nstudent;carol\n") == [Person("carol", "student")]


def test_as_a_spreadsheet_saves_it(tmp_path):
    (tmp_path / "class.csv").write_bytes(
        "\ufeffname;role;first_name\r\ncarol;student;Zoë\r\n".encode()
    )
    assert load(tmp_path / "class.csv") == [Person("carol", "student", "Zoë")]
    (tmp_path / "class.csv").write_bytes(
        "name;role;first_name\r\ncarol;student;Zoë\r\n".encode("latin-1")
    )
    with pytest.raises(RosterError, match="UTF-8"):
        load(tmp_path / "class.csv")


def test_every_bad_row_is_named_by_its_line():
    with pytest.raises(RosterError) as problem:
        read(
            "name,role,mail\ncarol,student,\nCarol,student,\n../up,student,\n\ndan,teacher,\neve,student\ncarol,student,\nfay,student,no"
            f" address\ngil,student,{'x' * 300}@y\nhal,student,\x1b@y\n-x,student,\n"
        )
    said = str(problem.value).splitlines()
    assert said[0] == "The roster was not taken in, and nothing was changed:"
    assert [line.split(":")[0] for line in said[1:]] == [
        f"line {number}" for number in (3, 4, 6, 7, 8, 9, 10, 11, 12)
    ]
    assert (
        said[1]
        == "line 3: 'Carol' cannot be an account's name: up to 64 small letters, digits, and . _ -"
        " @ inside"
    )
    assert said[3] == "line 6: the role 'teacher' is none of student, instructor, assistant"
    assert said[5] == "line 8: carol is in line 2 already"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column 'name'"),
        ("name\ncarol\n", "no column 'role'"),
        ("name,role,firstname\n", "a column 'firstname'"),
        ("name,role,role\n", "the column 'role' twice"),
        ("name,role\n", "names no person"),
        ('name,role\n"carol,student\n', "line 2: unexpected end"),
    ],
)
def test_a_file_that_is_no_roster(text, words):
    with pytest.raises(RosterError, match=words):
        read(text)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course without anybody; nbgrader takes seconds to make a gradebook."""
    root = tmp_path_factory.mktemp("course")
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        book.add_student("carol", first_name="Carol")
    return root


@pytest.fixture
def run(course, monkeypatch, tmp_path):
    monkeypatch.setenv("KIREJI_COURSE", str(course))

    def run(text):
        (tmp_path / "class.csv").write_text(text)
        return CliRunner().invoke(kireji, ["roster", str(tmp_path / "class.csv")])

    return run


def students(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        return {
            student.id: (student.first_name, student.last_name, student.email)
            for student in book.students
        }


def test_taken_in_once_twice_and_changed(course, run):
    before = students(course)
    bad = run(CLASS)
    assert bad.exit_code == 1 and "line 5: 'érin' cannot be" in bad.stderr
    assert students(course) == before and not (course / "var" / "hub" / "accounts.json").exists()
    first = run(GOOD)
    assert first.exit_code == 0, first.output
    assert (
        "3 people: 3 new accounts, 0 with another role than before, 2 new or changed in the"
        " gradebook." in first.output
    )
    kept = json.loads((course / "var" / "hub" / "accounts.json").read_text())
    assert (
        accounts.first_passwords(course / "var" / "hub" / "accounts.json")["carol"] in first.output
    )
    assert {kept[name]["role"] for name in ("carol", "erin.o-1")} == {"student"}
    assert kept["dan"]["role"] == "instructor"
    assert students(course) == {
        "carol": ("Carol", "Jones, of Wales", "carol@example.org"),
        "erin.o-1": ("Erin.o-1", "Student", ""),
    }
    second = run(GOOD)
    assert (
        "3 people: 0 new accounts, 0 with another role than before, 0 new or changed"
        in second.output
    )
    assert json.loads((course / "var" / "hub" / "accounts.json").read_text()) == kept
    third = run("name,role,last_name\ncarol,student,Smith\nerin.o-1,instructor,\n")
    assert (
        "2 people: 0 new accounts, 1 with another role than before, 1 new or changed"
        in third.output
    )
    assert students(course)["carol"] == ("Carol", "Smith", "carol@example.org")
    assert json.loads((course / "var" / "hub" / "accounts.json").read_text()) == kept | {
        "erin.o-1": kept["erin.o-1"] | {"role": "instructor"}
    }


def test_addresses_are_names_where_another_place_gives_them_alone(course, run):
    assert read("name,role\ncarol@uni.example,student\n") == [
        Person("carol@uni.example", "student")
    ]
    before = students(course)
    refused = run("name,role\ncarol@uni.example,student\n")
    assert (
        refused.exit_code == 1 and "have no @ in their names (carol@uni.example)" in refused.stderr
    )
    assert students(course) == before


def test_a_file_that_is_not_there_is_a_sentence(tmp_path):
    result = CliRunner().invoke(kireji, ["roster", str(tmp_path / "nothing.csv")])
    assert (result.exit_code, result.stderr) == (
        1,
        f"The roster {tmp_path}/nothing.csv cannot be read: No such file or directory.\n",
    )
