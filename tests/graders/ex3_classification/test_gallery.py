"""Every wrong variant fails the test that is about its mistake, with a message that names it, and loses nothing elsewhere."""

import pytest
from tests.graders.ex3_classification.answers import SOLUTION, TRAINED, graded, lost
from tests.graders.ex3_classification.counted import classifiers
from tests.graders.ex3_classification.gallery import GALLERY, IN_TRAINING, WINDOW

# Mistakes in what the classifier calls: it must not pay for them.
CALLED = {"softmax over the batch", "no tanh", "mask ignored", "NaN for a row without tokens", "detached", "only pooled"}


def files(wrong):
    """The hidden test that must fail, and with a mistake in what others call, all tests of theirs."""
    own = f"test_{wrong.task}.py::{wrong.test}"
    return [own, "test_classifier.py"] if wrong.task == "attention_pooling" and wrong.what in CALLED else [own]


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
