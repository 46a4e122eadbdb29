"""Every wrong variant fails the test that is about its mistake, with a message that names it, and loses nothing elsewhere."""

import pytest
from tests.graders.ex3_classification.answers import SOLUTION, TRAINED, graded, lost
from tests.graders.ex3_classification.counted import classifiers
from tests.graders.ex3_classification.gallery import GALLERY, IN_TRAINING, WINDOW

SLOW = ("test_comprehensiveness", "test_sufficiency")       # run only for variants that are about them


def files(wrong):
    """The hidden tests that a mistake could reach: its own, and those of what is built on it."""
    if wrong.task == "attention_pooling":
        return ["test_attention_pooling.py", "test_classifier.py"]
    if wrong.task == "faithfulness" and wrong.test not in SLOW:
        return [f"test_faithfulness.py::{wrong.test}"]
    return [f"test_{wrong.task}.py"]


@pytest.mark.parametrize("wrong", [*GALLERY, *WINDOW], ids=lambda wrong: f"{wrong.task}: {wrong.what}")
def test_wrong_variant(wrong):
    in_training = wrong.old == IN_TRAINING
    assert in_training or wrong.old in SOLUTION, f"the solution no longer says {wrong.old!r}"
    definitions, trained = (SOLUTION, wrong.new) if in_training else (SOLUTION.replace(wrong.old, wrong.new), "")
    cells = graded(definitions, *files(wrong), classifiers=f"{classifiers()}\n{trained}" if wrong.task in TRAINED else "")
    found = lost(cells)
    assert wrong.test in found.get(wrong.task, {}), found
    assert wrong.says in found[wrong.task][wrong.test], found[wrong.task]
    assert set(found) == {wrong.task}, "a mistake must not cost points elsewhere"


def test_the_gallery_is_large_enough():
    every = [*GALLERY, *WINDOW]
    assert len(every) >= 25
    assert len({(wrong.task, wrong.what) for wrong in every}) == len(every)
