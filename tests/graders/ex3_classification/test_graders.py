"""The hidden tests of ex3: what is right passes, however it is written; each mistake is named, and paid for once."""

from pathlib import Path

import nbformat
import pytest

from kireji import paths
from tests.graders.bench import grade

from .gallery import GALLERY, WINDOW
from .trained import CODE

NAME = "ex3_classification"
NOTEBOOK = nbformat.read(paths.SOURCE / NAME / f"{NAME}.ipynb", as_version=4)
CELLS = {cell.id: cell.source for cell in NOTEBOOK.cells if cell.cell_type == "code"}
IMPORTS = CELLS["imports"].replace("%matplotlib inline\n", "")
TASKS = ("attention_pooling", "classifier", "training", "prediction", "long_texts", "faithfulness", "text_picture")
SOLUTION = "\n\n".join(CELLS[f"{task}_solution"] for task in TASKS)
ACCEPTED = sorted(Path(__file__).with_name("accepted").glob("*.py"))


COUNTED = ("prediction", "long_texts", "faithfulness")      # tasks whose hidden tests need trained classifiers


def files(task: str) -> list[str]:
    """The hidden tests that a mistake in `task` could reach: its own, and those of what is built on it."""
    reached = ("attention_pooling", "classifier") if task == "attention_pooling" else (task,)
    return [f"test_{name}.py" for name in reached]


def graded(definitions: str, *tests: str, counted: bool = True, trained: str = "") -> dict:
    """The reports of some hidden tests (of all, if none is named) on the definitions and, if `counted`, on counted classifiers."""
    return grade(NAME, f"{IMPORTS}\n{definitions}\n{CODE if counted else ''}\n{trained}", *tests)


def lost(cells: dict) -> dict[str, dict[str, str]]:
    """{cell: {test: message}} of those that did not pass."""
    found = {name: {test.name: test.message for test in tests if test.fraction < 1} for name, tests in cells.items()}
    return {name: tests for name, tests in found.items() if tests}


@pytest.mark.parametrize("definitions", [SOLUTION, *(path.read_text() for path in ACCEPTED)], ids=["solution", *(path.stem for path in ACCEPTED)])
def test_what_is_right_gets_everything(definitions):
    cells = graded(definitions)
    assert set(cells) == set(TASKS)
    assert lost(cells) == {}


def test_what_is_not_written_gets_nothing():
    cells = grade(NAME, IMPORTS)
    assert set(cells) == set(TASKS)
    assert {test.status for tests in cells.values() for test in tests} == {"missing"}
    assert sum(test.fraction for tests in cells.values() for test in tests) == 0


@pytest.mark.parametrize("wrong", [*GALLERY, *WINDOW], ids=lambda wrong: f"{wrong.task}: {wrong.what}")
def test_a_mistake_is_named_and_paid_for_once(wrong):
    in_training = wrong.old == "### trained"
    assert in_training or wrong.old in SOLUTION, f"the solution no longer says {wrong.old!r}"
    definitions, trained = (SOLUTION, wrong.new) if in_training else (SOLUTION.replace(wrong.old, wrong.new), "")
    cells = graded(definitions, *files(wrong.task), counted=wrong.task in COUNTED, trained=trained)
    found = lost(cells)
    assert wrong.test in found.get(wrong.task, {}), found
    assert wrong.says in found[wrong.task][wrong.test], found[wrong.task][wrong.test]
    if wrong not in WINDOW and not in_training:
        assert set(found) == {wrong.task}, "a mistake must not cost points elsewhere"
