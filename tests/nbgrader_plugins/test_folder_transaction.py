"""Folders that are begun and not finished."""

import subprocess
import sys

import pytest

from kireji.nbgrader_plugins import folder_transaction


@pytest.fixture
def course(tmp_path):
    submitted = tmp_path / "submitted" / "alice" / "toy"
    submitted.mkdir(parents=True)
    (submitted / "toy.ipynb").write_text("{}")
    (submitted / "timestamp.txt").write_text("2026-01-02 03:04:05.000000 UTC")
    return tmp_path


def hook(call, course, step="submitted"):
    call(
        assignment="toy",
        student="alice",
        notebooks=[str(course / step / "alice" / "toy" / "toy.ipynb")],
    )


def test_a_folder_is_unfinished_until_it_has_the_time_of_its_source(course):
    graded = course / "autograded" / "alice" / "toy"
    hook(folder_transaction.begin, course)
    assert folder_transaction.is_unfinished(graded)
    hook(folder_transaction.finish, course)
    assert not folder_transaction.is_unfinished(graded)
    assert (graded / "timestamp.txt").read_text() == "2026-01-02 03:04:05.000000 UTC"
    (graded / "toy.ipynb").write_text("{}")
    hook(folder_transaction.begin, course, "autograded")
    hook(folder_transaction.finish, course, "autograded")
    assert (course / "feedback" / "alice" / "toy" / "timestamp.txt").read_text().startswith("2026")


def test_a_submission_without_a_time_leaves_none(course):
    (course / "submitted" / "alice" / "toy" / "timestamp.txt").unlink()
    hook(folder_transaction.begin, course)
    hook(folder_transaction.finish, course)
    assert list((course / "autograded" / "alice" / "toy").iterdir()) == []


def test_what_is_in_hand_is_not_cleared_away_and_what_is_not_is(course):
    graded = course / "autograded" / "alice" / "toy"
    hook(folder_transaction.begin, course)
    folder_transaction.clear_away(course)
    assert graded.exists()
    hook(folder_transaction.finish, course)
    folder_transaction.clear_away(course)
    assert graded.exists()
    other = (
        "from kireji.nbgrader_plugins import folder_transaction; import sys;"
        " folder_transaction.begin('toy', 'alice', sys.argv[1:])"
    )
    notebook = course / "submitted" / "alice" / "toy" / "toy.ipynb"
    subprocess.run([sys.executable, "-P", "-c", other, str(notebook)], check=True)
    folder_transaction.clear_away(course)
    assert not graded.exists()
