"""Every wrong variant fails the test that is about its mistake, with a message that names it, and
loses nothing elsewhere."""

import pytest

from tests.graders.bench import grade
from tests.graders.ex4_visualization.gallery import GALLERY
from tests.graders.ex4_visualization.solution import NAME, TASKS, solution
from tests.graders.galleries import caught, large_enough, lost, one_of_each


@pytest.mark.parametrize("wrong", GALLERY, ids=lambda wrong: f"{wrong.task}: {wrong.what}")
def test_wrong_variant(wrong, tmp_path):
    caught(wrong, grade(NAME, solution(tmp_path, wrong.old, wrong.new), wrong.hidden_test()))


@pytest.mark.parametrize("wrong", one_of_each(GALLERY), ids=lambda wrong: wrong.task)
def test_one_wrong_task_costs_nothing_elsewhere(wrong, tmp_path):
    others = [f"test_{task}.py" for task in TASKS if task != wrong.task]
    assert lost(grade(NAME, solution(tmp_path, wrong.old, wrong.new), *others)) == {}


def test_the_gallery_is_large_enough():
    large_enough(GALLERY)
