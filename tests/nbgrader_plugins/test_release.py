"""Releasing: what is new or changed goes to the exchange; what is there already is left alone."""

from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from kireji.course.layout import Course
from kireji.nbgrader_plugins import release


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


@pytest.fixture
def folders(course: Course) -> tuple[Path, Path]:
    """An empty release/ and the exchange's outbound folder."""
    return course.release, course.exchange / "kireji" / "outbound"


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_ipynb", ".ipynb")).write_text(text)


def outdated(course: Course, names: list[str]) -> list[str]:
    home = course.exchange / "kireji"
    return release.outdated(course.root, home, names)


def test_a_new_assignment_is_released_if_it_is_wanted(course, folders) -> None:
    write(folders[0] / "one", one_ipynb="1")
    write(folders[0] / "notes", readme="no notebook, no assignment")
    assert outdated(course, ["one", "notes"]) == ["one"]
    assert outdated(course, []) == []


def test_a_released_one_is_not_released_again(course, folders) -> None:
    for folder in folders:
        write(folder / "one", one_ipynb="1")
    assert outdated(course, ["one"]) == []


@pytest.mark.parametrize("change", [{"one_ipynb": "2"}, {"extra": "new file"}])
def test_a_changed_one_is_released_again(course, folders, change: dict[str, str]) -> None:
    for folder in folders:
        write(folder / "one", one_ipynb="1")
    write(folders[0] / "one", **change)
    assert outdated(course, ["one"]) == ["one"]


def test_students_can_hand_in_before_anything_is_released(course, folders) -> None:
    release.prepare_exchange(course)
    exchange = folders[1].parent
    assert {folder.name for folder in exchange.iterdir()} == {"outbound", "inbound", "feedback"}
    assert exchange.joinpath("inbound").stat().st_mode & 0o7777 == 0o2733


def test_students_are_entered_with_a_name_and_once(course: Course, tmp_path: Path) -> None:
    release.enter_students(course, ["alice"])
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "kireji") as gradebook:
        gradebook.update_or_create_student("alice", last_name="Liddell")
    release.enter_students(course, ["alice", "bob"])
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "kireji") as gradebook:
        names = {
            student.id: f"{student.first_name} {student.last_name}"
            for student in gradebook.students
        }
    assert names == {"alice": "Alice Liddell", "bob": "Bob Student"}
