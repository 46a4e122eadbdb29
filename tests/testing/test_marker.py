"""What `graded` takes from a hidden test."""

import pytest

from kireji.testing.marker import graded, mark_of


def test_the_title_is_the_docstrings_first_paragraph():
    @graded("cell", weight=2)
    def test_it():
        """A masked key gets
        exactly zero weight.

        How this is tested is not part of it."""

    mark = mark_of(test_it)
    assert (mark.title, mark.grade_id, mark.weight) == (
        "A masked key gets exactly zero weight.",
        "cell",
        2,
    )


@pytest.mark.parametrize(("weight", "title"), [(0, "A title."), (-1, "A title."), (1, None)])
def test_a_title_and_a_positive_weight_are_required(weight, title):
    def test_it():
        pass

    test_it.__doc__ = title
    with pytest.raises(ValueError, match="test_it: a hidden test needs a positive weight"):
        graded("cell", weight=weight)(test_it)
