"""The per-student exchange: what is collected, and who gets which feedback."""

import shutil
import time
from datetime import UTC, datetime

import pytest
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import notebook_hash

from kireji.exchange.folders import student_folders, view
from kireji.nbgrader_plugins.release_feedback import ReleaseFeedback
from tests.support.exchange_without_hub import COURSE, collect, config, place, submitted, write  # noqa: F401  (place is a fixture)


def test_the_last_submission_counts_and_only_a_newer_one_replaces_it(place):
    write(place, "alice", name="9+a", files={"toy.ipynb": "first"})
    time.sleep(0.05)
    write(place, "alice", name="1+b", files={"toy.ipynb": "second"})
    collect(place)
    assert submitted(place, "alice") == "second"
    time.sleep(0.05)
    write(place, "alice", name="0+c", files={"toy.ipynb": "third"})
    collect(place)
    assert submitted(place, "alice") == "second"  # as nbgrader does without --update
    collect(place, update=True)
    assert submitted(place, "alice") == "third"


def test_the_last_one_in_time_counts_where_nbgrader_is_told_so(place):
    write(place, "alice", name="1+a", files={"toy.ipynb": "in time"})
    time.sleep(0.05)
    with Gradebook(f"sqlite:///{place}/gradebook.db") as gradebook:
        gradebook.add_assignment(
            "toy", duedate=datetime.fromtimestamp(time.time(), UTC).replace(tzinfo=None)
        )
    time.sleep(0.05)
    write(place, "alice", name="2+b", files={"toy.ipynb": "late"})
    collect(place, before_duedate=True)
    assert submitted(place, "alice") == "in time"


def test_a_submission_without_its_notebook_is_collected_with_an_empty_one(place):
    write(place, "alice", files={"notes.txt": "I could not open the notebook"})
    write(place, "bob", files={"toy.ipynb": "work"})
    collect(place)
    assert submitted(place, "alice") == "" and submitted(place, "alice", "notes.txt").startswith(
        "I could"
    )
    assert submitted(place, "bob") == "work"


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
        assert (
            page.name == f"{notebook_hash(secret=f'secret of {student}', notebook_id='toy')}.html"
        )


def test_a_view_shows_one_students_folders_as_an_exchange(place):
    own = student_folders(place / "exchange", COURSE, "alice").make()
    root = view(place / "view", own, COURSE)
    assert view(place / "view", own, COURSE) == root
    (root / COURSE / "inbound" / "x").mkdir()
    assert (own.inbound / "x").is_dir()
    with pytest.raises(ValueError, match="cannot be the name"):
        student_folders(place, COURSE, "../bob")


def test_a_submission_cut_short_takes_the_place_of_nothing(place):
    """nbgrader's own submit, killed before it wrote the secret."""
    write(place, "alice", files={"toy.ipynb": "whole", "submission_secret.txt": "secret"})
    time.sleep(0.02)
    write(place, "alice", name="2026-01-02 00:00:00.000000 UTC+y", files={"toy.ipynb": "ha"})
    write(place, "bob", files={"toy.ipynb": "all there is"})
    collect(place)
    assert submitted(place, "alice") == "whole" and submitted(place, "bob") == "all there is"


def test_what_a_killed_collection_had_moved_away_comes_back(place):
    write(place, "alice", files={"toy.ipynb": "hers", "submission_secret.txt": "secret"})
    collect(place)
    folder = place / "course" / "submitted" / "alice"
    (folder / "toy").rename(folder / ".toy.old")
    (folder / ".toy.collecting").mkdir()
    # its student may have tidied up
    shutil.rmtree(place / "exchange" / COURSE / "inbound" / "alice")
    collect(place)
    assert submitted(place, "alice") == "hers" and [path.name for path in folder.iterdir()] == [
        "toy"
    ]
