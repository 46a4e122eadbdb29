"""A person's data are removed, everywhere, and no other person's."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from jupyterhub import orm

from kireji.cli.forget import forget as command
from kireji.course.layout import Course, find_course
from kireji.errors import KirejiError
from kireji.hub import accounts, forget
from kireji.nbgrader_plugins import gradebook
from tests.backup.conftest import empty, full, go, new_gradebook  # noqa: F401  (fixtures)
from tests.backup.conftest import gradebook as open_gradebook


@pytest.fixture
def course(full: Path) -> Path:
    """Alice and Bob, with everything that a course comes to have of them."""
    find_course().hub.joinpath("accounts.json").write_text(
        json.dumps(
            {
                name: {"role": role, "password": "x"}
                for name, role in (("alice", "student"), ("bob", "student"), ("kay", "instructor"))
            }
        )
    )
    (find_course().hub / "jupyterhub.sqlite").unlink()
    with orm.new_session_factory(f"sqlite:///{find_course().hub / 'jupyterhub.sqlite'}")() as db:
        db.add(orm.OAuthClient(identifier="jupyterhub"))
        for name in ("alice", "bob"):
            db.add(orm.User(name=name))
            db.commit()
            orm.User.find(db, name).new_api_token(note="a script")
    for folder in ("attempts", "refused"):
        for name in ("alice", "bob"):
            (find_course().var / folder / name / "toy").mkdir(parents=True, exist_ok=True)
    (find_course().var / "judgements").mkdir()
    gradebook.back_up(find_course().gradebook)
    return full


def traces(name: str) -> list[str]:
    """Where a name is still to be found."""
    found = [
        str(path.relative_to(find_course().root))
        for path in find_course().root.rglob("*")
        if name in path.name and "audit" not in path.parts
    ]
    with open_gradebook() as book:
        found += [f"gradebook: {student.id}" for student in book.students if student.id == name]
    for copy in gradebook.copies(find_course().gradebook):
        with closing(sqlite3.connect(copy)) as rows:
            found += map(str, rows.execute("SELECT id FROM student WHERE id = ?", (name,)))
    with closing(sqlite3.connect(find_course().hub / "jupyterhub.sqlite")) as hub:
        found += map(str, hub.execute("SELECT name FROM users WHERE name = ?", (name,)))
    return found + [
        name for known in [json.loads(accounts.file_of(find_course()).read_text())] if name in known
    ]


def test_everything_of_a_person_goes_and_nothing_of_another(course: Path) -> None:
    before = traces("bob")
    assert len(traces("alice")) == len(before) > 8
    done = CliRunner().invoke(command, ["alice"], input="y\n")
    assert done.exit_code == 0, done.output
    assert "Everything of alice is removed" in done.output
    assert traces("alice") == []
    assert traces("bob") == before
    with closing(sqlite3.connect(find_course().hub / "jupyterhub.sqlite")) as hub:
        assert hub.execute("SELECT count(*) FROM api_tokens").fetchone() == (1,)
    (event,) = Course(course).audit.read()
    assert (event["what"], event["whom"]) == ("forgot a person", "alice")


def test_nothing_is_removed_unless_it_is_confirmed(course: Path) -> None:
    before = traces("alice")
    done = CliRunner().invoke(command, ["alice"], input="n\n")
    assert done.exit_code == 1 and str(find_course().homes / "alice") in done.output
    assert traces("alice") == before


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("kay", "is an instructor"),
        ("../bob", "cannot be the name"),
        ("carol", "nothing of 'carol'"),
    ],
)
def test_what_cannot_be_removed_is_said(course: Path, name: str, words: str) -> None:
    done = CliRunner().invoke(command, [name, "--yes"])
    assert done.exit_code == 1 and words in str(done.exception)
    assert isinstance(done.exception, KirejiError)


def test_a_hub_that_does_not_answer_stops_it(course: Path) -> None:
    from kireji.hub import departure

    before = traces("alice")
    departure.service(find_course())
    with pytest.raises(KirejiError, match="does not answer.*Nothing was removed"):
        forget.end_account(find_course(), forget.find(find_course(), "alice"), "http://127.0.0.1:9")
    assert traces("alice") == before


def test_a_name_is_freed_and_its_files_are_kept(course: Path) -> None:
    before = traces("alice")
    done = CliRunner().invoke(command, ["alice", "--only-account", "--yes"])
    assert done.exit_code == 0, done.output
    assert len(before) - len(traces("alice")) == 2  # in the hub's database and in accounts.json
    assert (find_course().homes / "alice").exists() and "gradebook: alice" in traces("alice")
    assert [event["what"] for event in Course(course).audit.read()] == ["freed a name"]
