"""Every wrong variant fails the test that is about its mistake, with a message that names it, and loses nothing elsewhere."""

import pytest
from tests.graders.bench import grade
from tests.graders.ex1_translation.gallery import GALLERY

from kireji import paths

NAME = "ex1_translation"
PLAIN = (paths.ROOT / "tests" / "graders" / NAME / "accepted" / "plain.py").read_text()
# task -> the tasks whose code calls this one's, and which must not pay for it
CALLED_BY = {"padding_mask": ["decoding"], "additive_attention": ["decoder"], "sequence_loss": ["train_step"]}


@pytest.mark.parametrize("wrong", GALLERY, ids=lambda wrong: f"{wrong.task}: {wrong.what}")
def test_wrong_variant(wrong):
    assert wrong.old in PLAIN
    others = CALLED_BY.get(wrong.task, [])
    cells = grade(NAME, PLAIN.replace(wrong.old, wrong.new), *(f"test_{task}.py" for task in [wrong.task, *others]))
    tests = {test.name: test for test in cells[wrong.task]}
    assert tests[wrong.test].status == "failed", [(test.name, test.message) for test in cells[wrong.task]]
    assert wrong.says in tests[wrong.test].message
    assert [(test.name, test.message) for task in others for test in cells[task] if test.status != "passed"] == []


def test_the_gallery_is_large_enough():
    assert len(GALLERY) >= 25
    assert len({(wrong.task, wrong.what) for wrong in GALLERY}) == len(GALLERY)
