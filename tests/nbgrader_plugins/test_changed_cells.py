"""An assignment in source/ that changes when the gradebook has submissions."""

import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from kireji.course.layout import Course
from kireji.nbgrader_plugins.generate_release import generate


def cell(name, points=None, solution=False, task=False):
    marks = {"grade_id": name, "schema_version": 3, "locked": not solution, "task": task}
    marks |= {"grade": points is not None and not task, "solution": solution}
    marks |= {"points": points} if points is not None else {}
    make = new_markdown_cell if task else new_code_cell
    return make(f"# {name}", id=name, metadata={"nbgrader": marks})


def write(course, name, *cells):
    folder = course / "source" / name
    folder.mkdir(parents=True, exist_ok=True)
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python"}}
    nbformat.write(new_notebook(cells=list(cells), metadata=kernel), folder / f"{name}.ipynb")


def gradebook(course):
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}")


FIRST = (cell("answer", solution=True), cell("test", 2))


@pytest.fixture
def course(tmp_path):
    """Two assignments; ada's submission of `one` has 2 points."""
    write(tmp_path, "one", *FIRST)
    write(tmp_path, "two", *FIRST)
    assert generate(Course(tmp_path)) == ["one", "two"]
    with gradebook(tmp_path) as book:
        book.add_student("ada")
        book.add_submission("one", "ada")
        book.find_grade("test", "one", "one", "ada").auto_score = 2
        book.db.commit()
    return tmp_path


def test_new_cells_come_into_the_gradebook_and_into_each_submission(course):
    new = (cell("essay", 5, solution=True), cell("draw", 3, task=True), cell("bonus", 1))
    write(course, "one", *FIRST, *new)
    notes = []
    generate(Course(course), notes=notes)
    (note,) = notes
    assert "bonus, draw, essay" in note and "./kireji grade one --again" in note
    with gradebook(course) as book:
        submission = book.find_submission("one", "ada")
        assert (submission.score, submission.max_score) == (2, 11)
        for name in ("test", "essay", "draw", "bonus"):
            book.find_grade(name, "one", "one", "ada")
        for name in ("answer", "essay", "draw"):
            book.find_comment(name, "one", "one", "ada")
    assert "bonus" in (course / "release" / "one" / "one.ipynb").read_text()
    notes.clear()
    generate(Course(course), notes=notes)
    assert notes == []


def test_a_removed_cell_keeps_its_grades_and_stops_no_other_assignment(course):
    released = (course / "release" / "one" / "one.ipynb").read_text()
    write(course, "one", FIRST[0])
    write(course, "two", *FIRST, cell("bonus", 1))
    notes = []
    assert generate(Course(course), notes=notes) == ["one", "two"]
    (note,) = notes
    assert note.startswith("one has submissions") and ": test." in note and "0 points" in note
    assert (course / "release" / "one" / "one.ipynb").read_text() == released
    assert "bonus" in (course / "release" / "two" / "two.ipynb").read_text()
    with gradebook(course) as book:
        assert book.find_submission("one", "ada").score == 2
    write(course, "one", FIRST[0], cell("test", 0))
    notes.clear()
    generate(Course(course), notes=notes)
    assert notes == []
    with gradebook(course) as book:
        assert book.find_submission("one", "ada").max_score == 0


def test_without_submissions_cells_come_and_go(course):
    shutil.rmtree(course / "release" / "two")
    write(course, "two", cell("other", 1))
    notes = []
    generate(Course(course), notes=notes)
    assert notes == []
