"""An exchange without a hub: what a program in a student's server can leave there, and collecting
it."""

import logging

import pytest
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from kireji.exchange.folders import student_folders
from kireji.nbgrader_plugins.collect import Collect

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
    folder = (
        student_folders(place / "exchange", COURSE, student).make().inbound
        / f"{claimed or student}+toy+{name}"
    )
    folder.mkdir(parents=True)
    for file, content in (
        files or {"toy.ipynb": "{}", "submission_secret.txt": f"secret of {student}"}
    ).items():
        (folder / file).write_text(content)
    return folder


def collect(place, kind=Collect, **options):
    c = config(place)
    # A log of its own: programs of nbgrader's that ran in this process before may have silenced
    # those that there were.
    log = logging.Logger("collect")
    log.parent = logging.getLogger()
    collector = kind(coursedir=CourseDirectory(config=c), config=c, log=log)
    for name, value in options.items():
        setattr(collector, name, value)
    collector.start()
    submitted = place / "course" / "submitted"
    return (
        sorted(path.parent.name for path in submitted.glob("*/toy")) if submitted.exists() else []
    )


def submitted(place, student, name="toy.ipynb"):
    return (place / "course" / "submitted" / student / "toy" / name).read_text()
