"""The per-student exchange: who, when and what are the server's to say, whatever a student writes."""

import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from kireji.exchange.collect import Collect
from kireji.exchange.folders import student_folders, view
from kireji.exchange.release_feedback import ReleaseFeedback

COURSE = "kireji"


@pytest.fixture
def place(tmp_path):
    (tmp_path / "course").mkdir()
    (tmp_path / "exchange" / COURSE / "inbound").mkdir(parents=True)
    return tmp_path


def config(place):
    c = Config()
    c.CourseDirectory.root = str(place / "course")
    c.CourseDirectory.course_id = COURSE
    c.CourseDirectory.assignment_id = "toy"
    c.CourseDirectory.db_url = f"sqlite:///{place}/gradebook.db"
    c.Exchange.root = str(place / "exchange")
    return c


def write(place, student, name="2026-01-01 00:00:00.000000 UTC+x", files=None, claimed=None):
    """What a program in the student's server can leave in its inbound folder."""
    folder = student_folders(place / "exchange", COURSE, student).make().inbound / f"{claimed or student}+toy+{name}"
    folder.mkdir(parents=True)
    for file, content in (files or {"toy.ipynb": "{}", "submission_secret.txt": f"secret of {student}"}).items():
        (folder / file).write_text(content)
    return folder


def collect(place, kind=Collect, **options):
    c = config(place)
    collector = kind(coursedir=CourseDirectory(config=c), config=c)
    for name, value in options.items():
        setattr(collector, name, value)
    collector.start()
    submitted = place / "course" / "submitted"
    return sorted(path.parent.name for path in submitted.glob("*/toy")) if submitted.exists() else []


def submitted(place, student, name="toy.ipynb"):
    return (place / "course" / "submitted" / student / "toy" / name).read_text()


def test_the_folder_says_who_submitted_not_the_name(place):
    write(place, "mallory", claimed="alice", files={"toy.ipynb": "mine"})
    assert collect(place) == ["mallory"]


def test_in_nbgraders_own_exchange_the_name_says_it(place):
    """The attack works where the wall is taken away."""
    folder = place / "exchange" / COURSE / "inbound" / "alice+toy+2026-01-01 00:00:00.000000 UTC+x"
    folder.mkdir()
    (folder / "toy.ipynb").write_text("mallory's")
    assert collect(place, ExchangeCollect, check_owner=False) == ["alice"]


def test_the_time_is_the_servers(place):
    folder = write(place, "alice", name="1999-01-01 00:00:00.000000 UTC+x",
                   files={"toy.ipynb": "{}", "timestamp.txt": "1999-01-01 00:00:00.000000 UTC"})
    for path in (*folder.iterdir(), folder):
        os.utime(path, (0, 0))
    collect(place)
    came = datetime.fromisoformat(submitted(place, "alice", "timestamp.txt").removesuffix(" UTC"))
    assert abs(came - datetime.fromtimestamp(time.time(), UTC).replace(tzinfo=None)) < timedelta(minutes=1)


def test_a_change_after_the_deadline_is_late_whatever_it_says(place):
    folder = write(place, "alice")
    collect(place)
    before = submitted(place, "alice", "timestamp.txt")
    time.sleep(0.05)
    (folder / "toy.ipynb").write_text("better")
    os.utime(folder / "toy.ipynb", (0, 0))
    collect(place, update=True)
    assert submitted(place, "alice", "timestamp.txt") > before and submitted(place, "alice") == "better"


def test_the_last_submission_counts_and_only_a_newer_one_replaces_it(place):
    write(place, "alice", name="9+a", files={"toy.ipynb": "first"})
    time.sleep(0.05)
    write(place, "alice", name="1+b", files={"toy.ipynb": "second"})
    collect(place)
    assert submitted(place, "alice") == "second"
    time.sleep(0.05)
    write(place, "alice", name="0+c", files={"toy.ipynb": "third"})
    collect(place)
    assert submitted(place, "alice") == "second"        # as nbgrader does without --update
    collect(place, update=True)
    assert submitted(place, "alice") == "third"


def test_the_last_one_in_time_counts_where_nbgrader_is_told_so(place):
    write(place, "alice", name="1+a", files={"toy.ipynb": "in time"})
    time.sleep(0.05)
    with Gradebook(f"sqlite:///{place}/gradebook.db") as gradebook:
        gradebook.add_assignment("toy", duedate=datetime.fromtimestamp(time.time(), UTC).replace(tzinfo=None))
    time.sleep(0.05)
    write(place, "alice", name="2+b", files={"toy.ipynb": "late"})
    collect(place, before_duedate=True)
    assert submitted(place, "alice") == "in time"


def test_nothing_is_followed(place):
    (place / "secret").write_text("secret")
    folder = write(place, "mallory")
    (folder / "link.safetensors").symlink_to(place / "secret")
    os.link(place / "secret", folder / "hard.safetensors")
    os.mkfifo(folder / "fifo.safetensors")
    (folder / "toy.ipynb").unlink()
    (folder / "toy.ipynb").symlink_to("/dev/zero")
    inbound = folder.parent
    (inbound / "mallory+toy+3+z").symlink_to(place)
    collect(place)
    files = [path for path in (place / "course" / "submitted" / "mallory" / "toy").rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"timestamp.txt", "submission_secret.txt"}


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/passwd", path)],
                         ids=["fifo", "folder", "link"])
def test_no_timestamp_of_a_student_stops_the_class(place, make):
    make(write(place, "mallory") / "timestamp.txt")
    write(place, "zoe")
    assert collect(place) == ["mallory", "zoe"]
    assert submitted(place, "mallory", "timestamp.txt").endswith(" UTC")


def test_too_much_is_left_out(place):
    folder = write(place, "mallory")
    with open(folder / "big.safetensors", "wb") as file:
        file.truncate(200 * 2**20)
    collect(place)
    assert (place / "course" / "submitted" / "mallory" / "toy" / "big.safetensors").is_dir()
    assert submitted(place, "mallory") == "{}"


def test_feedback_goes_to_its_student_only(place):
    for student in ("alice", "bob"):
        folder = place / "course" / "feedback" / student / "toy"
        folder.mkdir(parents=True)
        (folder / "toy.html").write_text(f"for {student}")
        (folder / "submission_secret.txt").write_text(f"secret of {student}")
    c = config(place)
    ReleaseFeedback(coursedir=CourseDirectory(config=c), config=c).start()
    for student in ("alice", "bob"):
        (page,) = student_folders(place / "exchange", COURSE, student).feedback.iterdir()
        assert page.read_text() == f"for {student}"
        assert page.name == f"{notebook_hash(secret=f'secret of {student}', notebook_id='toy')}.html"


def test_a_view_shows_one_students_folders_as_an_exchange(place):
    own = student_folders(place / "exchange", COURSE, "alice").make()
    root = view(place / "view", own, COURSE)
    assert view(place / "view", own, COURSE) == root
    (root / COURSE / "inbound" / "x").mkdir()
    assert (own.inbound / "x").is_dir()
    with pytest.raises(ValueError, match="cannot be the name"):
        student_folders(place, COURSE, "../bob")
