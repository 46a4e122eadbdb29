"""A class compared, and the page that shows what was found."""

import nbformat
import numpy as np
import pytest
from safetensors.numpy import save

from kireji.copies import look as looking
from kireji.course.layout import Course
from kireji.feedback.copies_page import render
from tests.support.clone import COURSE, ROOT

NAME = "ex2_mechanisms"
ACCEPTED = ROOT / "tests" / "graders" / NAME / "accepted"


def weights(seed: int, **text: str) -> bytes:
    return save({"w": np.random.default_rng(seed).standard_normal((60, 40)).astype("f")}, text)


def notebook(code: str) -> bytes:
    """A notebook in which one cell of the student's own holds `code`."""
    made = COURSE.assignment(NAME).skeleton()
    made.cells.append(nbformat.v4.new_code_cell(code, id="own"))
    return nbformat.writes(made).encode()


@pytest.fixture
def hand_in(tmp_path):
    def hand_in(student, code="", **files):
        folder = tmp_path / student / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_bytes(notebook(code))
        for name, content in files.items():
            (folder / f"{name}.safetensors").write_bytes(content)
        return student, folder

    return hand_in


def test_copies_are_found_and_nobody_else(hand_in):
    einsum, loops = ((ACCEPTED / f"{name}.py").read_text() for name in ("einsum", "loops"))
    found = looking.look(
        COURSE,
        COURSE.assignment(NAME),
        [
            hand_in("ann", einsum, model=weights(1)),
            hand_in("ben", einsum.replace("query", "question"), model=weights(2)),
            hand_in("cleo", loops, model=weights(1)),
            hand_in("dan", "", other=weights(3, training="dan's")),
            hand_in("eve", "", model=weights(3, training="eve's")),
        ],
    )
    assert [(pair.one, pair.other, pair.what) for pair in found.pairs] == [
        ("ann", "ben", "code"),
        ("ann", "cleo", "model.safetensors"),
        ("dan", "eve", "other.safetensors and model.safetensors"),
    ]
    assert found.pairs[1].how == "the same file" and found.pairs[2].similarity == 1.0


def test_what_the_course_ships_is_not_reported(hand_in, tmp_path):
    (tmp_path / "release" / NAME).mkdir(parents=True)
    (tmp_path / "release" / NAME / "shipped.safetensors").write_bytes(weights(1))
    submissions = [hand_in(name, model=weights(1)) for name in ("ann", "ben")]
    found = looking.look(Course(tmp_path), COURSE.assignment(NAME), submissions)
    assert found.pairs == ()


def test_odd_submissions_stop_nobody(hand_in, tmp_path):
    (tmp_path / "empty").mkdir()
    broken = hand_in("broken")
    (broken[1] / f"{NAME}.ipynb").write_bytes(b"{")
    odd = hand_in("odd", "def (:\n  '''", model=b"\x80\x04 no tensors")
    found = looking.look(
        COURSE,
        COURSE.assignment(NAME),
        [broken, odd, ("gone", tmp_path / "gone"), ("empty", tmp_path / "empty")],
    )
    assert found.pairs == () and len(found.students) == 4


def test_the_page_shows_the_code_and_runs_none_of_it(hand_in):
    code = (
        ACCEPTED / "einsum.py"
    ).read_text() + "\n# </pre><script>alert(1)</script><img src=x onerror=alert(2)>"
    page = render(
        looking.look(
            COURSE, COURSE.assignment(NAME), [hand_in("ann", code), hand_in("<b>ben", code)]
        )
    )
    assert page.count("<script") == 0 and "<img" not in page and "<b>ben" not in page
    assert "&lt;script&gt;alert(1)" in page and "Content-Security-Policy" in page
    assert "<mark>" in page and "100 %" in page and "not a proof" in page


def test_a_page_about_nothing_says_so(hand_in):
    assert "No two are alike" in render(
        looking.look(COURSE, COURSE.assignment(NAME), [hand_in("ann")])
    )
