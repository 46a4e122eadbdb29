"""Attacks on the exchange: another's name, an earlier time, links, too much, and folders that
change while they are collected.

Small, without a hub: what a student's server mounts is in test_student_terminal."""

import mmap
import os
import shutil
import time
from datetime import UTC, datetime, timedelta

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor

from kireji.files.untrusted import UntrustedFolder
from kireji.nbgrader_plugins import collect as collecting
from tests.support.exchange_without_hub import COURSE, collect, config, place, submitted, write  # noqa: F401  (place is a fixture)


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
    folder = write(
        place,
        "alice",
        name="1999-01-01 00:00:00.000000 UTC+x",
        files={"toy.ipynb": "{}", "timestamp.txt": "1999-01-01 00:00:00.000000 UTC"},
    )
    for path in (*folder.iterdir(), folder):
        os.utime(path, (0, 0))
    collect(place)
    came = datetime.fromisoformat(submitted(place, "alice", "timestamp.txt").removesuffix(" UTC"))
    assert abs(came - datetime.fromtimestamp(time.time(), UTC).replace(tzinfo=None)) < timedelta(
        minutes=1
    )


def test_a_change_after_the_deadline_is_late_whatever_it_says(place):
    folder = write(place, "alice")
    collect(place)
    before = submitted(place, "alice", "timestamp.txt")
    time.sleep(0.05)
    (folder / "toy.ipynb").write_text("better")
    os.utime(folder / "toy.ipynb", (0, 0))
    collect(place, update=True)
    assert (
        submitted(place, "alice", "timestamp.txt") > before
        and submitted(place, "alice") == "better"
    )


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
    files = [
        path
        for path in (place / "course" / "submitted" / "mallory" / "toy").rglob("*")
        if path.is_file()
    ]
    assert {path.name for path in files} == {"timestamp.txt", "submission_secret.txt"}


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/passwd", path)],
    ids=["fifo", "folder", "link"],
)
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


def at_the_moment(attack, kind=collecting.Collect):
    """A `collect` during which `attack` happens: after the submissions were chosen, before they are
    copied."""

    class Moment(kind):
        def copy_files(self):
            attack()
            super().copy_files()

    return Moment


def swap_for_a_link(folder):
    shutil.rmtree(folder)
    folder.symlink_to("/etc")


def swap_for_a_file(folder):
    shutil.rmtree(folder)
    folder.write_text("")


@pytest.mark.parametrize("attack", [shutil.rmtree, swap_for_a_link, swap_for_a_file])
def test_a_submission_that_goes_away_while_collecting_stops_nobody(place, attack, caplog):
    folder = write(place, "mallory")
    write(place, "alice")
    write(place, "zoe")
    assert collect(place, at_the_moment(lambda: attack(folder))) == ["alice", "zoe"]
    assert "submission of mallory was changed while it was collected" in caplog.text
    assert not list((place / "course" / "submitted").glob("*/.toy*"))
    shutil.rmtree(folder) if folder.is_dir() and not folder.is_symlink() else folder.unlink(
        missing_ok=True
    )
    write(place, "mallory", name="again+x")
    assert collect(place) == ["alice", "mallory", "zoe"]


def test_nbgraders_own_collect_stops_there(place):
    """The attack works where the wall is taken away."""
    inbound = place / "exchange" / COURSE / "inbound"
    for student in ("alice", "mallory", "zoe"):
        folder = inbound / f"{student}+toy+2026-01-01 00:00:00.000000 UTC"
        folder.mkdir()
        (folder / "timestamp.txt").write_text("2026-01-01 00:00:00.000000 UTC")
    gone = inbound / "mallory+toy+2026-01-01 00:00:00.000000 UTC"
    with pytest.raises(FileNotFoundError):
        collect(
            place, at_the_moment(lambda: shutil.rmtree(gone), ExchangeCollect), check_owner=False
        )


@pytest.mark.parametrize("attack", [shutil.rmtree, swap_for_a_link])
def test_nor_does_one_that_goes_away_while_it_is_looked_at(place, attack, caplog, monkeypatch):
    folder = write(place, "mallory")
    write(place, "zoe")

    class Late(UntrustedFolder):
        def __init__(self, path):
            if path == folder and not path.is_symlink() and path.exists():
                attack(folder)
            super().__init__(path)

    monkeypatch.setattr(collecting, "UntrustedFolder", Late)
    assert collect(place) == ["zoe"]
    assert "Passed over a submission of mallory" in caplog.text


def test_work_put_there_while_collecting_has_its_own_time(place):
    folder = write(place, "mallory", files={"toy.ipynb": "in time"})
    swapped = []

    def swap():
        time.sleep(0.05)
        swapped.append(datetime.fromtimestamp(time.time(), UTC).replace(tzinfo=None))
        time.sleep(0.05)
        (folder / "toy.ipynb").write_text("done later")
        os.utime(folder / "toy.ipynb", (0, 0))

    collect(place, at_the_moment(swap))
    came = datetime.fromisoformat(submitted(place, "mallory", "timestamp.txt").removesuffix(" UTC"))
    assert submitted(place, "mallory") == "done later" and came > swapped[0]


def test_a_mapped_file_is_compared_again(place, monkeypatch):
    folder = write(place, "mallory", files={"toy.ipynb": "in time", "submission_secret.txt": "s"})
    with (folder / "toy.ipynb").open("r+b") as file:
        pages = mmap.mmap(file.fileno(), 0)
    pages[:] = b"in TIME"  # from now on the system leaves the file's time alone
    time.sleep(0.05)
    deadline = datetime.fromtimestamp(time.time(), UTC).replace(tzinfo=None)
    read, late = UntrustedFolder.read, [b"too lat", b"too LAT"]

    def read_and_write(self, name, limit):
        content = read(self, name, limit)
        if name == "toy.ipynb" and late:
            pages[:] = late.pop()
        return content

    monkeypatch.setattr(UntrustedFolder, "read", read_and_write)
    monkeypatch.setattr(
        UntrustedFolder, "change_time", lambda self, most: deadline.timestamp() - 60
    )
    for _ in range(2):  # and it has not come in time when it is collected once more
        collect(place, update=True)
        said = submitted(place, "mallory", "timestamp.txt").removesuffix(" UTC")
        assert datetime.fromisoformat(said) > deadline
    pages.close()


class FullMarks(NbGraderPreprocessor):
    """Takes the place of the hidden tests."""

    def preprocess(self, nb, resources):
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            gradebook.find_grade(
                "task", names["notebook"], names["assignment"], names["student"]
            ).manual_score = 10
            gradebook.db.commit()
        return nb, resources


@pytest.mark.parametrize(("minutes", "penalty"), [(-5, 10), (60, 0)], ids=["late", "in time"])
def test_the_penalty_for_lateness_goes_by_the_servers_clock(place, minutes, penalty):
    """Whatever the student says: the folder's name, timestamp.txt and modification times are all of
    1999."""
    cell = new_markdown_cell(
        "answer",
        metadata={
            "nbgrader": {
                "grade": True,
                "grade_id": "task",
                "locked": False,
                "points": 10,
                "schema_version": 3,
                "solution": True,
                "task": False,
            }
        },
    )
    notebook = nbformat.writes(new_notebook(cells=[cell]))
    (place / "course" / "source" / "toy").mkdir(parents=True)
    with Gradebook(f"sqlite:///{place}/gradebook.db") as gradebook:
        due = datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=minutes)
        gradebook.add_assignment("toy", duedate=due)
        gradebook.add_student("alice")
        gradebook.update_or_create_notebook("toy", "toy")
        gradebook.update_or_create_grade_cell(
            "task", "toy", "toy", max_score=10, cell_type="markdown"
        )
    folder = write(
        place,
        "alice",
        name="1999-01-01 00:00:00.000000 UTC+x",
        files={"toy.ipynb": notebook, "timestamp.txt": "1999-01-01 00:00:00.000000 UTC"},
    )
    for path in (*folder.iterdir(), folder):
        os.utime(path, (0, 0))
    collect(place)
    c = config(place)
    c.LateSubmissionPlugin.penalty_method = "zero"
    c.Autograde.sanitize_preprocessors = []
    c.Autograde.autograde_preprocessors = [FullMarks, AssignLatePenalties]
    Autograde(coursedir=CourseDirectory(config=c), config=c).start()
    with Gradebook(f"sqlite:///{place}/gradebook.db") as gradebook:
        assert (
            gradebook.find_submission_notebook("toy", "toy", "alice").late_submission_penalty or 0
        ) == penalty


def test_a_student_with_a_flood_of_folders_stops_nobody(place, monkeypatch, caplog):
    monkeypatch.setattr(collecting, "MAX_SUBMISSIONS", 20)
    for number in range(30):
        write(place, "mallory", name=f"{number}+x")
    write(place, "zoe")
    assert collect(place) == ["mallory", "zoe"]
    assert "mallory has more than 20 submissions" in caplog.text
