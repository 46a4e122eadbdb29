"""Whatever bytes one student's folders and files hold, in names and in contents: that student alone
is told, and the others are collected, graded and given their feedback."""

import logging
import os
import shutil
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbgrader.coursedir import CourseDirectory

from kireji.backup.archive import Writer
from kireji.backup.areas import Area
from kireji.backup.reading import read_area
from kireji.batch import grade_on_submit
from kireji.copies import look as looking
from kireji.course.layout import Course
from kireji.exchange.times import all_times
from kireji.files.untrusted import printable
from kireji.grading.quarantine import set_refused_aside, take_in
from kireji.nbgrader_plugins.release_feedback import ReleaseFeedback
from tests.support.exchange_without_hub import COURSE, collect, config, write
from tests.support.hostile_folders import (
    DEEP,
    FIFO,
    FOLDER,
    FOLDERS,
    HONEST,
    LINK,
    LOOP,
    SECRET,
    SHUT,
    STAMP,
    leave,
    new_place,
)
from tests.support.toy import make_toy


def judge(place, student):
    """What grading reads of a collected submission, and what is moved away before nbgrader."""
    course = Course(place / "course")
    folder = course.submitted / student / "toy"
    if folder.is_dir():
        set_refused_aside(course, [str(folder / "toy.ipynb")])
        printable(take_in(course, folder).notices).encode()
        take_in(course, folder).digest()


def give_back(place):
    """The feedback of all who were collected, as nbgrader's generate_feedback leaves it."""
    for folder in (place / "course" / "submitted").glob("*/toy"):
        feedback = place / "course" / "feedback" / folder.parent.name / "toy"
        shutil.copytree(folder, feedback, dirs_exist_ok=True)
        (feedback / "toy.html").write_text(f"page of {folder.parent.name}")
    c = config(place)
    ReleaseFeedback(coursedir=CourseDirectory(config=c), config=c).start()
    return {
        path.parent.name: path.read_text()
        for path in (place / "exchange" / COURSE / "feedback").glob("*/*.html")
    }


def course_of(place):
    """The course, with the exchange that these tests have beside it."""
    return SimpleNamespace(exchange=place / "exchange", restored_times=place / "restored.json")


def save(place):
    """The names in a backup of the exchange, and whose times it has."""
    area = Area("exchange", place / "exchange", people=True)
    with Writer(BytesIO()) as archive:
        for entry in read_area(area, lambda said: said.encode()):
            archive.add(entry)
        times = all_times(course_of(place))
        archive.finish(times)
        return set(archive.sums), {name.partition("/")[0] for name in times}


def compare(place, toy):
    """Who was compared with the others."""
    folders = sorted((place / "course" / "submitted").glob("*/toy"))
    course = Course(place / "course")
    return looking.look(course, toy, [(folder.parent.name, folder) for folder in folders]).students


def watch(place):
    """Whose new work a watch sees."""
    told = []
    course = SimpleNamespace(config=config(place), trusted=False)
    course.course = SimpleNamespace(assignment_names=lambda: ["toy"])
    course.directory = CourseDirectory(config=course.config)
    seen = grade_on_submit.Watch(course, told.append)._changed()
    "".join(told).encode()
    return {student for _, student in seen}


def served(place, rounds):
    """Who is collected and has a page, after the folders of each round were left."""
    for student in HONEST:
        write(place, student)
    for folders in rounds:
        leave(place, "mallory", folders)
        collected = set(collect(place, update=True))
        for student in (*HONEST, "mallory"):
            judge(place, student)
        pages = give_back(place)
    return collected, pages


@pytest.fixture(scope="module")
def toy():
    """The toy assignment."""
    patch = pytest.MonkeyPatch()
    patch.setattr(looking, "given", lambda assignment: [])  # the lessons, which take a second
    yield make_toy()
    patch.undo()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(rounds=st.lists(FOLDERS, min_size=1, max_size=2))
def test_the_others_are_served(toy, rounds):
    with new_place() as place:
        collected, pages = served(place, rounds)
        files, times = save(place)
        assert set(HONEST) <= times and set(HONEST) <= watch(place)
        assert all(any(f"/inbound/{name}/" in file for file in files) for name in HONEST)
        assert set(HONEST) <= set(compare(place, toy))
        assert set(HONEST) <= collected
        assert {name: pages[name] for name in HONEST} == {
            name: f"page of {name}" for name in HONEST
        }


KINDS = {
    "a folder name that is not UTF-8": [[(STAMP + b"\xff", {b"toy.ipynb": b"{}", SECRET: b"s"})]],
    "a secret that is not UTF-8": [[(STAMP + b"x", {b"toy.ipynb": b"{}", SECRET: b"\xff\xfe s"})]],
    "a file name that is not UTF-8": [[(STAMP + b"x", {b"\xff.py": b"1", SECRET: b"s"})]],
    "a file name of 255 bytes": [[(STAMP + b"x", {b"\xc3\xa9" * 127: b"1", SECRET: b"s"})]],
    "a name with newlines": [[(STAMP + b"\n\x1b[2J", {b"a\nb.py": b"1", SECRET: b"s\n"})]],
    "a pipe": [[(STAMP + b"x", {b"toy.ipynb": FIFO, SECRET: FIFO, b"timestamp.txt": FIFO})]],
    "links": [[(STAMP + b"x", {b"toy.ipynb": LINK, SECRET: LOOP, b"w.safetensors": LINK})]],
    "deep folders": [[(STAMP + b"x", {b"toy.ipynb": DEEP, SECRET: b"s", b"d": DEEP})]],
    "files that may not be read": [[(STAMP + b"x", {b"toy.ipynb": SHUT, SECRET: SHUT})]],
    "a file and then a folder": [
        [(STAMP + b"x", {b"notes": b"1", SECRET: b"s"})],
        [(STAMP.replace(b"01-01", b"01-02") + b"y", {b"notes": FOLDER, SECRET: b"t"})],
    ],
    "a folder and then a file": [
        [(STAMP + b"x", {b"notes": FOLDER, SECRET: b"s"})],
        [(STAMP.replace(b"01-01", b"01-02") + b"y", {b"notes": b"1", SECRET: b"t"})],
    ],
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_stops_no_other(toy, kind):
    with new_place() as place:
        collected, pages = served(place, KINDS[kind])
        assert set(HONEST) <= collected and set(HONEST) <= set(pages)
        assert set(HONEST) <= save(place)[1] & watch(place) & set(compare(place, toy))


def test_a_shut_inbound_folder_stops_no_other(toy, monkeypatch, caplog):
    """Its owner may shut it; the system refuses it to anybody but root."""
    scandir, iterdir = os.scandir, Path.iterdir

    def refuse(path):
        if "mallory" in str(path):
            raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", lambda path: refuse(path) or scandir(path))
    monkeypatch.setattr(Path, "iterdir", lambda path: refuse(path) or iterdir(path))
    with new_place() as place, caplog.at_level(logging.WARNING):
        leave(place, "mallory", KINDS["a pipe"][0])
        for student in HONEST:
            write(place, student)
        assert collect(place) == sorted(HONEST)
        assert "The inbound folder of mallory cannot be read" in caplog.text
        assert set(HONEST) == watch(place)
        assert {name.partition("/")[0] for name in all_times(course_of(place))} == set(HONEST)


def test_a_name_that_cannot_be_printed_is_told_all_the_same():
    assert printable("a\udcff\x1b[2J\nb") == "a\\udcff\\x1b[2J\\nb"
