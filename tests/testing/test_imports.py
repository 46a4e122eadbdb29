"""Where hidden tests find what they import."""

import pytest

import kireji.grading
import kireji.testing


@pytest.mark.parametrize("name", sorted(kireji.grading.NAMES))
def test_hidden_tests_of_the_first_version_find_their_names(name):
    assert getattr(kireji.grading, name) is getattr(kireji.testing, name)


def test_hidden_tests_of_the_first_version_find_their_modules():
    from kireji.grading import diagnoses, expect, gradients, isolation

    assert {module.__name__ for module in (diagnoses, expect, gradients, isolation)} == {
        f"kireji.testing.{name}" for name in kireji.grading.MODULES
    }


def test_other_names_are_not_offered():
    with pytest.raises(AttributeError, match="no attribute 'rebuilt'"):
        _ = kireji.grading.rebuilt
