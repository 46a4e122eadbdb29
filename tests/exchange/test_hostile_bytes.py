"""Whatever bytes one student's folders and files hold, in names and in contents: that student alone
is told, and the others are collected, graded and given their feedback."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbgrader.coursedir import CourseDirectory

from kireji.exchange.folders import student_folders
from kireji.files.untrusted import printable
from kireji.grading.quarantine import set_refused_aside, take_in
from kireji.nbgrader_plugins.release_feedback import ReleaseFeedback
from tests.support.exchange_without_hub import COURSE, collect, config, write

HONEST = ("alice", "zoe")
NAME = st.binary(min_size=1, max_size=60).map(
    lambda raw: raw.replace(b"/", b"_").replace(b"\0", b"_")
)
FILES = st.dictionaries(
    st.one_of(
        NAME.filter(lambda name: name not in (b".", b"..")),
        st.sampled_from(
            [b"toy.ipynb", b"submission_secret.txt", b"timestamp.txt", b"w.safetensors"]
        ),
    ),
    st.one_of(st.binary(max_size=60), st.just(b'{"cells": []}'), st.none()),
    max_size=5,
)
FOLDERS = st.lists(
    st.tuples(st.one_of(NAME, NAME.map(lambda end: b"mallory+toy+2026+" + end)), FILES), max_size=3
)


@contextmanager
def new_place():
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "course").mkdir()
        (place / "exchange" / COURSE / "inbound").mkdir(parents=True)
        yield place


def leave(place, student, folders):
    """Write folders of bytes into the student's part of the exchange; None is a folder."""
    inbound = os.fsencode(student_folders(place / "exchange", COURSE, student).make().inbound)
    for name, files in folders:
        folder = os.path.join(inbound, name)
        if name in (b".", b"..") or os.path.lexists(folder):
            continue
        os.mkdir(folder)
        for file, content in files.items():
            path = os.path.join(folder, file)
            if content is None:
                os.mkdir(path)
            else:
                with open(path, "wb") as stream:
                    stream.write(content)


def judge(place, student):
    """What grading reads of a collected submission, and what is moved away before nbgrader."""
    folder = place / "course" / "submitted" / student / "toy"
    if folder.is_dir():
        set_refused_aside("toy", student, [str(folder / "toy.ipynb")])
        printable(take_in(folder).notices).encode()
        take_in(folder).digest()


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


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(rounds=st.lists(FOLDERS, min_size=1, max_size=2))
def test_the_others_are_served(rounds):
    with new_place() as place:
        collected, pages = served(place, rounds)
        assert set(HONEST) <= collected
        assert {name: pages[name] for name in HONEST} == {
            name: f"page of {name}" for name in HONEST
        }


SECRET = b"submission_secret.txt"
STAMP = b"mallory+toy+2026-01-01 00:00:00.000000 UTC+"
KINDS = {
    "a folder name that is not UTF-8": [[(STAMP + b"\xff", {b"toy.ipynb": b"{}", SECRET: b"s"})]],
    "a secret that is not UTF-8": [[(STAMP + b"x", {b"toy.ipynb": b"{}", SECRET: b"\xff\xfe s"})]],
    "a file name that is not UTF-8": [[(STAMP + b"x", {b"\xff.py": b"1", SECRET: b"s"})]],
    "a file name of 255 bytes": [[(STAMP + b"x", {b"\xc3\xa9" * 127: b"1", SECRET: b"s"})]],
    "a name with newlines": [[(STAMP + b"\n\x1b[2J", {b"a\nb.py": b"1", SECRET: b"s\n"})]],
    "a file and then a folder": [
        [(STAMP + b"x", {b"notes": b"1", SECRET: b"s"})],
        [(STAMP.replace(b"01-01", b"01-02") + b"y", {b"notes": None, SECRET: b"t"})],
    ],
    "a folder and then a file": [
        [(STAMP + b"x", {b"notes": None, SECRET: b"s"})],
        [(STAMP.replace(b"01-01", b"01-02") + b"y", {b"notes": b"1", SECRET: b"t"})],
    ],
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_stops_no_other(kind):
    with new_place() as place:
        collected, pages = served(place, KINDS[kind])
        assert set(HONEST) <= collected and set(HONEST) <= set(pages)


def test_a_name_that_cannot_be_printed_is_told_all_the_same():
    assert printable("a\udcff\x1b[2J\nb") == "a\\udcff\\x1b[2J\\nb"
