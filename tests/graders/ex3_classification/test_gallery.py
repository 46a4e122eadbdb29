"""Every wrong variant fails the test that is about its mistake, with a message that names it, and
loses nothing elsewhere."""

import pytest

from tests.graders.ex3_classification.counted_classifiers import classifiers
from tests.graders.ex3_classification.edits import IN_TRAINING
from tests.graders.ex3_classification.gallery import GALLERY, WINDOW
from tests.graders.ex3_classification.solution import SOLUTION, TASKS, TRAINED, graded
from tests.graders.galleries import caught, large_enough, lost, one_of_each

# Mistakes in what the classifier calls: it must not pay for them.
CALLED = {
    "softmax over the batch",
    "no tanh",
    "mask ignored",
    "NaN for a row without tokens",
    "detached",
    "only pooled",
}


def submission(wrong):
    """(definitions, what follows the counted classifiers)"""
    if wrong.old == IN_TRAINING:
        return SOLUTION, wrong.new
    assert wrong.old in SOLUTION, f"the solution no longer says {wrong.old!r}"
    return SOLUTION.replace(wrong.old, wrong.new), ""


@pytest.mark.parametrize(
    "wrong", [*GALLERY, *WINDOW], ids=lambda wrong: f"{wrong.task}: {wrong.what}"
)
def test_wrong_variant(wrong):
    definitions, trained = submission(wrong)
    others = (
        ["test_classifier.py"] if wrong.task == "attention_pooling" and wrong.what in CALLED else []
    )
    caught(
        wrong,
        graded(
            definitions,
            wrong.hidden_test(),
            *others,
            classifiers=f"{classifiers()}\n{trained}" if wrong.task in TRAINED else "",
        ),
    )


@pytest.mark.parametrize("wrong", one_of_each(GALLERY), ids=lambda wrong: wrong.task)
def test_one_wrong_task_costs_nothing_elsewhere(wrong):
    definitions, trained = submission(wrong)
    others = [f"test_{task}.py" for task in TASKS if task != wrong.task]
    assert lost(graded(definitions, *others, classifiers=f"{classifiers()}\n{trained}")) == {}


def test_the_gallery_is_large_enough():
    large_enough([*GALLERY, *WINDOW])
