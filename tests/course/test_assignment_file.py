"""assignment.toml: what it may say, and one sentence with file and key for what it may not."""

from dataclasses import fields

import pytest

from kireji.course.assignment_file import LIMITS, AssignmentFileError, read_assignment_file
from kireji.sandbox.limits import DEFAULT, Limits, with_changes
from tests.support.clone import COURSE


@pytest.fixture
def graders(tmp_path):
    folder = tmp_path / "graders" / "quiz"
    folder.mkdir(parents=True)
    return folder


def test_everything_that_can_be_said(graders):
    (graders / "assignment.toml").write_text(
        'title = "A quiz"\norder = 5\nfiles = ["*.safetensors", "my_masks.py"]\n'
        'libraries = ["sacrebleu.metrics"]\n[limits]\nprocessor_seconds = 240\nmemory = 1e9\n'
    )
    found = read_assignment_file(graders)
    assert (found.title, found.order) == ("A quiz", 5)
    assert found.files == ("*.safetensors", "my_masks.py") and found.trains
    assert found.libraries == ("sacrebleu.metrics",)
    assert dict(found.limits) == {"processor_seconds": 240, "memory": 1e9}


def test_the_defaults_hold_without_a_file(graders):
    found = read_assignment_file(graders)
    assert found.files == ("*.safetensors",) and found.trains and not found.limits


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = ", "graders/quiz/assignment.toml is no TOML file: "),
        ("\udcff", "graders/quiz/assignment.toml is no TOML file: "),
        ("titel = 'A quiz'", "there is no key 'titel'; there are title, order, "),
        ("title = 5", "title is 5; expected is a text of one line"),
        ("order = true", "order is True; expected is a whole number from 0"),
        ("files = '*.py'", "files is '[*].py'; expected is a list of patterns"),
        ("files = ['*']", "files is .*; expected is a list of patterns"),
        ("files = ['../*.py']", "files is .*; expected is a list of patterns"),
        ("files = ['*.ipynb']", "files is .* none of which takes notebooks"),
        ("files = ['nbgrader_config.py']", "files is .*configure Jupyter"),
        ("libraries = ['no such']", "libraries is .*; expected is a list of modules"),
        ("libraries = ['nosuchlibrary.part']", "'nosuchlibrary.part', which is not installed"),
        ("[limits]\nprocessor = 5", "limits is .*; expected is a table .* cells_seconds, "),
        ("[limits]\nmemory = 0", "limits is .*; expected is a table of positive numbers"),
    ],
)
def test_a_bad_file_is_one_sentence_with_file_and_key(graders, text, sentence):
    (graders / "assignment.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(AssignmentFileError, match=sentence) as raised:
        read_assignment_file(graders)
    assert "graders/quiz/assignment.toml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_limits_that_can_change_are_limits_of_the_sandbox():
    assert set(LIMITS) <= {limit.name for limit in fields(Limits)}
    changed = with_changes({"memory": 1e9, "call_seconds": 2})
    assert (changed.memory, changed.call_seconds) == (10**9, 2)
    assert type(changed.memory) is int and changed.processes == DEFAULT.processes


def test_the_course_lists_its_assignments_in_their_order():
    names = COURSE.assignment_names()
    orders = [COURSE.assignment_file(name).order for name in names]
    assert len(names) >= 4 and orders == sorted(orders) == list(dict.fromkeys(orders))
    for name in names:
        assert (COURSE.graders / name / "assignment.toml").is_file()
        assert COURSE.assignment(name).title == COURSE.assignment_file(name).title
