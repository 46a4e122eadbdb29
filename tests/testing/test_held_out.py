"""What a report may say once held-out data were sent: the course's own words and the student's own
lines."""

from pathlib import Path

import pytest

from kireji.sandbox.channel import CallError
from kireji.testing import expect, held_out
from kireji.wire import Opaque

SECRET = "a moving and shattering masterpiece"
CODE = "def predict(texts):\n    raise ValueError(texts)\n"


@pytest.fixture
def folder(tmp_path):
    """The folder of an assignment's hidden tests, with its own words."""
    graders = tmp_path / "graders" / "toy"
    graders.mkdir(parents=True)
    (graders / "test_toy.py").write_text('"accuracy is {value}: predict returned {n} labels"')
    return graders


@pytest.fixture
def active():
    token = held_out.active.set(True)
    yield
    held_out.active.reset(token)


def test_before_held_out_data_a_message_says_everything(folder):
    error = CallError("MyError", SECRET, "raise MyError(x)")
    assert held_out.error(error) == f"MyError: {SECRET}"
    assert held_out.line_of(error, "") == "raise MyError(x)"
    assert held_out.message(SECRET, folder) == SECRET
    assert held_out.name(SECRET, folder) == SECRET


def test_an_error_is_its_type_alone(active):
    assert held_out.error(CallError("ValueError", SECRET, "")) == "ValueError"
    assert held_out.error(CallError(SECRET, "", "")) == "an error of its own type"


def test_a_line_is_one_of_the_submitted_notebook(active):
    line = "    raise ValueError(texts)"
    assert held_out.line_of(CallError("ValueError", "", line), CODE) == line.strip()
    assert held_out.line_of(CallError("ValueError", "", SECRET), CODE) == ""


def test_a_message_keeps_the_courses_own_words(active, folder):
    kept = "Accuracy is 0.713: predict returned 250 labels."
    assert held_out.message(kept, folder) == kept
    assert held_out.message("predict returned shattering", folder) == "predict returned …"
    assert held_out.message(f"accuracy {2**64}", folder) == "accuracy …"
    assert held_out.message("accuracy \u4e00\u4e8c", folder) == "accuracy …"


def test_a_missing_name_is_one_that_the_tests_ask_for(active, folder):
    assert held_out.name("predict", folder) == "predict"
    assert held_out.name(SECRET, folder) == "…"


def test_a_value_is_described_without_the_students_names(active):
    assert SECRET not in expect.kind(Opaque(SECRET, SECRET))
    assert expect.kind(Opaque("function", SECRET)) == "a value of type function"


def test_the_course_has_its_words(active):
    graders = Path(__file__).parents[2] / "graders" / "ex3_classification"
    said = "predict got 1000 texts and returned 3 labels."
    assert held_out.message(said, graders) == said
