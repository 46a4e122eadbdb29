"""A course that is saved and put back is the same course."""

import os
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from kireji.backup.areas import areas, what_is_here
from kireji.backup.save import new_file, save
from kireji.course.layout import COURSE_ID, find_course
from kireji.errors import KirejiError
from kireji.nbgrader_plugins.folder_transaction import BEGUN
from tests.backup.conftest import STUDENTS, collect, gradebook, later, put_back, saved


def picture(root: Path) -> dict[str, tuple]:
    """Everything that is to be the same: kind, mode, owner, time and content of each file; what
    databases hold."""
    found = {}
    for area in areas(find_course()):
        for top in area.children():
            for path in [top, *(top.rglob("*") if top.is_dir() and not top.is_symlink() else ())]:
                status, content = path.lstat(), b""
                if path.is_symlink():
                    content = os.readlink(path)
                elif path.suffix in (".db", ".sqlite"):
                    content = dump(path)
                elif path.is_file():
                    content = path.read_bytes()
                time = "" if path.name == "backups" else status.st_mtime_ns
                found[str(path.relative_to(root))] = (
                    stat.filemode(status.st_mode),
                    status.st_uid,
                    time,
                    content,
                )
    return found | {"gradebook": dump(find_course().gradebook), "env": (root / ".env").read_text()}


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def test_everything_comes_back_as_it_was(full, empty, go):
    archive = saved()
    before = picture(full)
    assert {
        "var/homes/alice/link",
        "var/homes/alice/a\nname \udcff",
        "var/hub/cookie_secret",
        "var/secret",
        "submitted/bob/toy/toy.ipynb",
        "autograded/alice/toy/timestamp.txt",
    } <= set(before)
    go(empty)
    put_back(archive)
    assert picture(empty) == before
    assert (empty / "autograded" / "README.md").read_text() == "of the clone"
    with gradebook() as book:
        assert [student.id for student in book.students] == list(STUDENTS)
    # data, release: to be made again
    assert sorted(path.name for path in (empty / "var" / "setup").iterdir()) == ["packages"]
    assert not [path for path in empty.rglob(".re*") if path.name in (".restoring", ".replaced")]


def test_submissions_keep_the_time_at_which_they_came(full, empty, go):
    came = collect()
    archive = saved()
    later()
    go(empty)
    put_back(archive)
    assert collect(update=True) == came  # nothing is taken for newer ...
    shutil.rmtree(find_course().submitted)
    assert collect() == came  # ... and what is collected for the first time has its time
    again = saved()
    other = go(empty.with_name("other"))
    later()
    put_back(again)
    shutil.rmtree(other / "submitted")
    assert collect() == came  # also the second time
    (
        find_course().exchange
        / COURSE_ID
        / "inbound/alice/alice+toy+2026-01-01 00:00:00 UTC+x/toy.ipynb"
    ).write_text("changed")
    now = collect(update=True)
    # who touches a submission moves its time
    assert now["alice"] > came["alice"] and now["bob"] == came["bob"]


def test_a_gradebook_that_is_being_written_to_is_saved_sound(full, empty, go):
    stop = threading.Event()

    def write() -> None:
        with closing(
            sqlite3.connect(find_course().hub / "jupyterhub.sqlite", timeout=60)
        ) as database:
            number = 0
            while not stop.is_set():
                database.execute("INSERT INTO users VALUES (?)", (f"{number:0100}",))
                database.execute("DELETE FROM users WHERE name = ?", (f"{number:0100}",))
                database.commit()
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        archive = saved()
    finally:
        stop.set()
        writer.join()
    go(empty)
    put_back(archive)
    with closing(sqlite3.connect(find_course().hub / "jupyterhub.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert ("alice",) in database.execute("SELECT name FROM users").fetchall()


def test_what_is_being_graded_is_left_out_and_graded_again(full, empty, go):
    (find_course().autograded / "alice" / "toy" / "timestamp.txt").write_text(BEGUN)
    with open(full.with_name("archive"), "wb") as stream:
        result = save(find_course(), stream, pytest.fail)
    assert result.left_out == [
        "autograded/alice/toy is being made just now: left out. What makes it will make it again."
    ]
    go(empty)
    put_back(full.with_name("archive").read_bytes())
    assert (
        not (find_course().autograded / "alice" / "toy").exists()
        and (find_course().autograded / "bob" / "toy" / "toy.ipynb").exists()
    )


def test_nothing_outside_is_read_through_a_home(full, empty, go):
    """A student's links are saved as links, pipes and hollow files are named and left out."""
    home = find_course().homes / "bob"
    (home / "hub").symlink_to(find_course().hub)
    os.mkfifo(home / "pipe")
    with open(home / "hollow", "wb") as file:
        file.truncate(2**40)
    with open(full.with_name("archive"), "wb") as stream:
        result = save(find_course(), stream, pytest.fail)
    assert [sentence.split()[0] for sentence in result.left_out] == [
        "homes/bob/hollow",
        "homes/bob/pipe",
    ]
    go(empty)
    put_back(full.with_name("archive").read_bytes())
    assert (find_course().homes / "bob" / "hub").is_symlink()
    assert sorted(path.name for path in (find_course().homes / "bob").iterdir()) == ["hub", "toy"]


def test_an_archive_is_private_and_never_written_over_another_file(tmp_path):
    target = tmp_path / "archive"
    with new_file(target) as stream:
        stream.write(b"one")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(KirejiError, match="is there already"), new_file(target):
        pass
    assert target.read_bytes() == b"one" and [path.name for path in tmp_path.iterdir()] == [
        "archive"
    ]
    with pytest.raises(ZeroDivisionError), new_file(tmp_path / "other"):
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_a_fresh_clone_is_empty_and_a_course_is_not(full, empty, go):
    assert what_is_here(find_course()) == [
        "2 students with collected work",
        "2 submissions in the exchange",
        "2 home folders",
        "2 students in the gradebook",
        "accounts",
    ]
    go(empty)
    assert what_is_here(find_course()) == []
