"""Checks are found by the name of their assignment and of their task."""

import pytest

from attention_lab import check, checks

ONE = "def twice(student, look):\n    look.that(student.x == 2, 'x is two', 'count again.')\n"
OTHER = (
    "def twice(student, look):\n    look.found('the other', 'wrong check.')\n\n\ndef "
    "helper(look):\n    pass\n"
)


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Two assignments with a check of the same name, and an empty folder of a notebook."""
    for name, text in (("quiz_one", ONE), ("quiz_two", OTHER)):
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setattr(checks, "__path__", [str(tmp_path)])
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    monkeypatch.chdir(notebooks)
    return notebooks


def test_a_check_is_found_without_being_registered(modules, capsys):
    (modules.parent / "quiz_two.py").unlink()
    check("twice", {"x": 2})
    assert "✓ x is two" in capsys.readouterr().out


def test_the_notebook_in_the_folder_decides_between_two(modules, capsys):
    (modules / "quiz_one.ipynb").touch()
    check("twice", {"x": 3})
    assert "count again." in capsys.readouterr().out


def test_two_of_one_name_elsewhere_are_refused(modules):
    with pytest.raises(ValueError, match="'twice' in quiz_one and quiz_two: call check in the"):
        check("twice", {})


def test_a_helper_is_no_check(modules):
    with pytest.raises(ValueError, match="no check called 'helper'; there are twice, twice"):
        check("helper", {})
