"""What holds for each assignment. They are found by their folders: there is nothing to register.

An assignment whose variants need more than an edit of the notebook's solution, such as trained
models, has a test_gallery.py and a test_accepted.py of its own; then these do it."""

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.graders.bench import as_code, grade, solution
from tests.graders.galleries import Wrong, caught, lost
from tests.support.clone import COURSE

HERE = Path(__file__).parent
NAMES = COURSE.assignment_names()


def without_own(test: str) -> list[str]:
    return [name for name in NAMES if not (HERE / name / test).is_file()]


def automatic(name: str) -> set[str]:
    assignment = COURSE.assignment(name)
    return set(assignment.points) - assignment.manual


def gallery(name: str) -> list[Wrong]:
    return importlib.import_module(f"tests.graders.{name}.gallery").GALLERY


def for_each(
    arguments: str | tuple[str, ...], cases: list
) -> Callable[[Callable], Callable | None]:
    """Parametrise a test. Without a case there is no test, where pytest would report a skip."""
    return lambda test: pytest.mark.parametrize(arguments, cases)(test) if cases else None


ACCEPTED = [
    pytest.param(name, path, id=f"{name}-{path.stem}")
    for name in without_own("test_accepted.py")
    for path in sorted((HERE / name / "accepted").glob("*.py"))
]
GALLERY = [
    pytest.param(name, wrong, id=f"{name}-{wrong.task}: {wrong.what}")
    for name in without_own("test_gallery.py")
    for wrong in gallery(name)
]


@pytest.mark.parametrize("name", NAMES)
def test_it_has_the_files_of_an_assignment(name):
    graders = COURSE.assignment(name).graders
    hidden_tests = {f"test_{task}.py" for task in automatic(name)}
    assert hidden_tests <= {path.name for path in graders.iterdir()}
    for file in ("assignment.toml", "reference.py", "targets.py", "samples.py"):
        assert (graders / file).is_file(), f"graders/{name}/{file} is missing"
    tests = HERE / name
    assert list((tests / "accepted").glob("*.py")), f"tests/graders/{name}/accepted/ has no file"
    assert (tests / "probes.py").is_file(), f"tests/graders/{name}/probes.py is missing"
    assert {wrong.task for wrong in gallery(name)} <= automatic(name)


@for_each("name", without_own("test_accepted.py"))
def test_the_solution_keeps_every_point(name, tmp_path):
    cells = grade(name, solution(COURSE.assignment(name), tmp_path))
    assert set(cells) == automatic(name) and lost(cells) == {}


@for_each("name", without_own("test_accepted.py"))
def test_an_untouched_release_gets_nothing(name, tmp_path):
    cells = grade(name, as_code(COURSE.assignment(name).skeleton(), tmp_path))
    assert {test.fraction for tests in cells.values() for test in tests} == {0}


@for_each(("name", "path"), ACCEPTED)
def test_correct_work_keeps_every_point(name, path):
    assert lost(grade(name, path.read_text())) == {}


@for_each(("name", "wrong"), GALLERY)
def test_a_wrong_variant_is_named(name, wrong, tmp_path):
    code = solution(COURSE.assignment(name), tmp_path, wrong.old, wrong.new)
    caught(wrong, grade(name, code, wrong.hidden_test()))
