"""Every wrong variant fails the test that is about its mistake, with a message that names it, and
loses nothing elsewhere."""

import pytest

from tests.graders.bench import grade, trained
from tests.graders.ex2_mechanisms.gallery import COMPARISON, GALLERY
from tests.graders.ex2_mechanisms.solution import NAME, solution
from tests.graders.galleries import caught, large_enough
from tests.support.clone import COURSE

# Mistakes in what location and self-attention call: these must not pay for them.
CALLED = {"softmax over the queries", "mask ignored", "no scaling", "-1e9"}


@pytest.mark.parametrize("wrong", GALLERY, ids=lambda wrong: f"{wrong.task}: {wrong.what}")
def test_wrong_variant(wrong, tmp_path):
    others = (
        ["location", "self_attention"]
        if wrong.what in CALLED and wrong.task == "content_scores"
        else []
    )
    caught(
        wrong,
        grade(
            NAME,
            solution(tmp_path, wrong.old, wrong.new),
            wrong.hidden_test(),
            *(f"test_{task}.py" for task in others),
        ),
    )


@pytest.mark.timeout(2400)  # who comes first trains
@pytest.mark.parametrize("wrong", COMPARISON, ids=lambda wrong: wrong.what)
def test_wrong_comparison(wrong, tmp_path):
    trained(COURSE.assignment(NAME), tmp_path)
    caught(
        wrong,
        grade(NAME, solution(tmp_path, wrong.old, wrong.new), wrong.hidden_test(), work=tmp_path),
    )


def test_the_gallery_is_large_enough():
    large_enough([*GALLERY, *COMPARISON])
