"""A course of two students with everything that a course comes to have, and an empty one."""

import json
import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from kireji.backup.archive import Reader
from kireji.backup.restore import restore
from kireji.backup.save import save
from kireji.course.layout import COURSE_ID, find_course
from kireji.exchange.folders import student_folders
from kireji.nbgrader_plugins.collect import Collect

STUDENTS = ("alice", "bob")


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path]:
    """Make a folder the course that everything works on."""

    def go(root: Path) -> Path:
        monkeypatch.setenv("KIREJI_COURSE", str(root))
        return root

    return go


@pytest.fixture(scope="session")
def new_gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One without anybody; nbgrader takes seconds to make one."""
    path = tmp_path_factory.mktemp("new") / "gradebook.db"
    with Gradebook(f"sqlite:///{path}") as book:
        book.add_assignment("toy")
    return path


@pytest.fixture
def full(tmp_path: Path, go, new_gradebook: Path) -> Path:
    """The course that is to be saved."""
    root = go(tmp_path / "full")
    find_course().hub.mkdir(parents=True)
    find_course().secret_file.write_text(secrets.token_hex(32))
    find_course().secret_file.chmod(0o600)
    (find_course().hub / "accounts.json").write_text(
        json.dumps({"alice": {"role": "student", "password": "hers"}})
    )
    (find_course().hub / "cookie_secret").write_bytes(secrets.token_bytes(32))
    (find_course().var / "data" / "held_out").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text("# one\n")
    (root / ".env").write_text("KIREJI_PORT=8001\n")
    with closing(sqlite3.connect(find_course().hub / "jupyterhub.sqlite")) as database:
        database.execute("CREATE TABLE users (name TEXT)")
        database.execute("INSERT INTO users VALUES ('alice')")
        database.commit()
    for name in STUDENTS:
        own = student_folders(find_course().exchange, COURSE_ID, name).make()
        home = find_course().homes / name
        home.mkdir(parents=True, mode=0o700)
        for folder in (home / "toy", own.inbound / f"{name}+toy+2026-01-01 00:00:00 UTC+x"):
            folder.mkdir()
            (folder / "toy.ipynb").write_text(f"{name}'s work")
            (folder / "submission_secret.txt").write_text(f"secret of {name}")
        (own.feedback / "abc.html").write_text(f"feedback for {name}")
    odd(find_course().homes / "alice")
    collect()
    shutil.copyfile(new_gradebook, find_course().gradebook)
    with gradebook() as book:
        for name in STUDENTS:
            book.add_student(name, first_name=name.capitalize())
            book.add_submission("toy", name)
            graded = find_course().autograded / name / "toy"
            graded.mkdir(parents=True)
            (graded / "toy.ipynb").write_text(f"{name}'s work, graded")
            (graded / "timestamp.txt").write_text(
                (find_course().submitted / name / "toy" / "timestamp.txt").read_text()
            )
    return root


def odd(home: Path) -> None:
    """What a home may have in it, too."""
    (home / "run.sh").write_text("#!/bin/sh\n")
    (home / "run.sh").chmod(0o750)
    (home / "shut").mkdir()
    (home / "shut" / "old").write_text("old")
    os.utime(home / "shut" / "old", (1_000_000_000, 1_000_000_000.5))
    (home / "shut").chmod(0o500)
    (home / "link").symlink_to("/etc/passwd")
    (home / "away").symlink_to("../../hub")
    (home / "nowhere").symlink_to("nothing")
    (home / "a\nname \udcff").write_bytes(b"\xff")
    (home / "empty").touch()
    (home / "nested" / "deep").mkdir(parents=True)


@pytest.fixture
def empty(tmp_path: Path, new_gradebook: Path) -> Path:
    """A fresh clone that was set up: a secret of its own, data, a gradebook without anybody."""
    root = tmp_path / "empty"
    for folder in ("var/data/held_out", "var/setup", "autograded"):
        (root / folder).mkdir(parents=True)
    (root / "var" / "secret").write_text(secrets.token_hex(32))
    (root / "autograded" / "README.md").write_text("of the clone")
    for stamp in ("data", "release", "packages"):
        (root / "var" / "setup" / stamp).write_text("done")
    shutil.copyfile(new_gradebook, root / "gradebook.db")
    return root


def gradebook() -> Gradebook:
    return Gradebook(f"sqlite:///{find_course().gradebook}", COURSE_ID)


def collect(**options: bool) -> dict[str, str]:
    """Collect, and return when each student's collected submission came."""
    c = Config()
    c.CourseDirectory.root, c.CourseDirectory.course_id = str(find_course().root), COURSE_ID
    c.CourseDirectory.assignment_id, c.Exchange.root = "toy", str(find_course().exchange)
    collector = Collect(coursedir=CourseDirectory(config=c), config=c)
    for name, value in options.items():
        setattr(collector, name, value)
    collector.start()
    return {
        name: (find_course().submitted / name / "toy" / "timestamp.txt").read_text()
        for name in STUDENTS
    }


def saved() -> bytes:
    """An archive of the course that is worked on."""
    stream = BytesIO()
    save(find_course(), stream, pytest.fail)
    return stream.getvalue()


def put_back(archive: bytes, **options: bool) -> None:
    restore(find_course(), Reader(BytesIO(archive), "the.archive"), **options)


def later() -> None:
    """Wait until the file system's clock has moved on."""
    time.sleep(0.05)
