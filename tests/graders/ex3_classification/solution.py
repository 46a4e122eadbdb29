"""The notebook's solution as text, and how variants of it are graded."""

import nbformat

from kireji.testing.report import TestReport
from tests.graders.bench import grade
from tests.graders.ex3_classification.counted_classifiers import handed_in
from tests.support.clone import COURSE

NAME = "ex3_classification"
TASKS = (
    "attention_pooling",
    "classifier",
    "training",
    "prediction",
    "long_texts",
    "faithfulness",
    "text_picture",
)
# tasks whose hidden tests need trained classifiers
TRAINED = ("prediction", "long_texts", "faithfulness")
NOTEBOOK = nbformat.read(COURSE.source / NAME / f"{NAME}.ipynb", as_version=4)
CELLS = {cell.id: cell.source for cell in NOTEBOOK.cells if cell.cell_type == "code"}
IMPORTS = CELLS["imports"].replace("%matplotlib inline\n", "")
SOLUTION = "\n\n".join(CELLS[f"{task}_solution"] for task in TASKS)


def graded(definitions: str, *tests: str, classifiers: str = "") -> dict[str, list[TestReport]]:
    """The reports of some hidden tests (of all, if none is named) on the definitions, followed by
    the `classifiers` they speak of."""
    return grade(
        NAME,
        f"{IMPORTS}\n{definitions}\n{classifiers}",
        *tests,
        work=handed_in() if classifiers else None,
    )
