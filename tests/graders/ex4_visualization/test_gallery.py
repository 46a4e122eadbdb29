"""Every wrong variant fails the test that is about its mistake, with a message that names it, and loses nothing elsewhere."""

import pytest
from tests.graders.bench import grade
from tests.graders.ex4_visualization.gallery import GALLERY
from tests.graders.ex4_visualization.solution import NAME, solution


@pytest.mark.parametrize("wrong", GALLERY, ids=lambda wrong: f"{wrong.task}: {wrong.what}")
def test_wrong_variant(wrong, tmp_path):
    cells = grade(NAME, solution(tmp_path, wrong.old, wrong.new), f"test_{wrong.task}.py")
    tests = {test.name: test for test in cells[wrong.task]}
    assert tests[wrong.test].status in ("failed", "partly", "error"), [(test.name, test.message) for test in cells[wrong.task]]
    assert wrong.says in tests[wrong.test].message


def test_the_gallery_is_large_enough():
    assert len(GALLERY) >= 25
    assert len({(wrong.task, wrong.what) for wrong in GALLERY}) == len(GALLERY)
