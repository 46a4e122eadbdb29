"""Lesson 8: each mistake differs from the right map, and in the way that the text says."""

import mistakes as lesson
import pytest
import torch

RIGHT = "as it should be"


def test_the_right_map_is_right():
    weights = lesson.MAPS[RIGHT]()
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(lesson.T))
    assert (weights[:, lesson.REAL :] == 0).all()
    assert (weights[: lesson.REAL].argmax(dim=-1) == torch.arange(lesson.REAL)).all()


@pytest.mark.parametrize("name", sorted(set(lesson.MAPS) - {RIGHT}))
def test_a_mistake_gives_another_map_without_an_error(name):
    weights = lesson.MAPS[name]()
    assert weights.shape == (lesson.T, lesson.T) and weights.isfinite().all()
    assert not torch.allclose(weights, lesson.MAPS[RIGHT](), atol=0.01)


def test_columns_sum_to_one_under_the_wrong_axis():
    real = lesson.wrong_axis()[:, : lesson.REAL]
    torch.testing.assert_close(real.sum(dim=0), torch.ones(lesson.REAL))
