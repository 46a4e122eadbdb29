"""`./kireji grade` on a course of its own: what is graded, what is left alone, what happens to odd
submissions."""

import shutil
from io import StringIO
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from kireji.cli.grade import grade_all
from kireji.demo import loop
from kireji.demo.student_client import StudentClient
from tests.support.clone import COURSE

pytestmark = [pytest.mark.needs("bubblewrap"), pytest.mark.timeout(600)]
NAME = "ex1_translation"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("course")
        patch.setattr(loop, "folder_of", lambda course: folder)
        course = loop.open_course(COURSE)
        course.release(NAME)
        yield course


def said(course, student=None, again=False):
    out = StringIO()
    grade_all(course, [NAME], student, again, 2, Console(file=out, width=100))
    return out.getvalue()


def hand_in(course, student, change=lambda folder: None):
    folder = Path(course.directory.root) / "homes" / student
    client = StudentClient(course.config, student, folder)
    work = folder / NAME if (folder / NAME).exists() else client.fetch(NAME)
    change(work)
    client.submit(NAME)


def test_only_what_is_new_is_graded(course):
    assert "Nothing new to grade" in said(course)
    hand_in(course, "eve")
    assert "0 / 100" in said(course)
    assert "Nothing new to grade" in said(course)
    assert "Nothing by nobody to grade" in said(course, student="nobody")
    assert "eve" in said(course, student="eve", again=True)


def test_a_new_submission_takes_the_old_ones_place(course):
    def answer(folder):
        path = folder / f"{NAME}.ipynb"
        solution = next(
            cell.source
            for cell in COURSE.assignment(NAME).source.cells
            if cell.id == "padding_mask_solution"
        )
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.id == "padding_mask_solution":
                cell.source = solution
        nbformat.write(notebook, path)

    hand_in(course, "finn")
    said(course)
    hand_in(course, "finn", answer)
    assert "4 / 100" in said(course)


@pytest.mark.parametrize(
    ("student", "change", "notice"),
    [
        (
            "gil",
            lambda folder: (folder / f"{NAME}.ipynb").write_bytes(b"{ broken"),
            "not valid JSON",
        ),
        ("hal", lambda folder: (folder / f"{NAME}.ipynb").unlink(), "could not be read"),
        (
            "ida",
            lambda folder: (
                (folder / f"{NAME}.ipynb").write_bytes(b""),
                (folder / "weights.pt").write_text("x"),
            ),
            "weights.pt",
        ),
    ],
)
def test_nobody_stays_ungraded(course, student, change, notice):
    hand_in(course, student, change)
    assert "0 / 100" in said(course)
    assert any(notice in line for line in course.report(NAME, student).notices)


def test_links_in_a_submission_are_not_followed(course):
    hand_in(course, "joe")
    course.collect(NAME)
    submitted = course.submitted(NAME, "joe")
    (submitted / "passwords.safetensors").symlink_to("/etc/passwd")
    (submitted / f"{NAME}.ipynb").unlink()
    (submitted / f"{NAME}.ipynb").symlink_to("/dev/zero")
    assert "0 / 100" in said(course)
    assert not any(
        "root:" in path.read_text(errors="replace") for path in course.graded(NAME, "joe").iterdir()
    )
    shutil.rmtree(submitted)
