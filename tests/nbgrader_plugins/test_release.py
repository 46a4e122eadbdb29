"""Releasing: what is new or changed goes to the exchange; what is there already is left alone."""

from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from kireji.nbgrader_plugins import release


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """An empty release/ and the exchange's outbound folder."""
    monkeypatch.setattr(release, "EXCHANGE", tmp_path / "exchange")
    return tmp_path / "release", tmp_path / "exchange" / "kireji" / "outbound"


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_ipynb", ".ipynb")).write_text(text)


def outdated(folders: tuple[Path, Path], names: list[str]) -> list[str]:
    return release.outdated(folders[0].parent, folders[1].parent, names)


def test_a_new_assignment_is_released_if_it_is_wanted(folders) -> None:
    write(folders[0] / "one", one_ipynb="1")
    write(folders[0] / "notes", readme="no notebook, no assignment")
    assert outdated(folders, ["one", "notes"]) == ["one"]
    assert outdated(folders, []) == []


def test_a_released_one_is_not_released_again(folders) -> None:
    for folder in folders:
        write(folder / "one", one_ipynb="1")
    assert outdated(folders, ["one"]) == []


@pytest.mark.parametrize("change", [{"one_ipynb": "2"}, {"extra": "new file"}])
def test_a_changed_one_is_released_again(folders, change: dict[str, str]) -> None:
    for folder in folders:
        write(folder / "one", one_ipynb="1")
    write(folders[0] / "one", **change)
    assert outdated(folders, ["one"]) == ["one"]


def test_students_can_hand_in_before_anything_is_released(folders) -> None:
    release.prepare_exchange()
    course = folders[1].parent
    assert {folder.name for folder in course.iterdir()} == {"outbound", "inbound", "feedback"}
    assert course.joinpath("inbound").stat().st_mode & 0o7777 == 0o2733


def test_students_are_entered_with_a_name_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "ROOT", tmp_path)
    release.enter_students(["alice"])
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "kireji") as gradebook:
        gradebook.update_or_create_student("alice", last_name="Liddell")
    release.enter_students(["alice", "bob"])
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "kireji") as gradebook:
        names = {
            student.id: f"{student.first_name} {student.last_name}"
            for student in gradebook.students
        }
    assert names == {"alice": "Alice Liddell", "bob": "Bob Student"}
