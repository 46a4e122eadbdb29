"""A gradebook that is in use, damaged or gone in the middle of a course: waited for, or a sentence;
never a half grade."""

import pytest

from tests.support.separate_process import result_of


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What tests/durability/trouble.py saw, which needs a process of its own."""
    return result_of("tests.durability.trouble", tmp_path_factory.mktemp("trouble"))


def test_another_writer_is_waited_for_and_told_of(said):
    assert "Another program is writing to gradebook.db" in said["busy"]
    assert said["busy_lost"] == []


def test_one_that_comes_in_the_middle_stops_the_batch_with_a_sentence(said):
    assert said["seized"].startswith(
        "Another program held the gradebook while grading alice's toy."
    )
    assert "goes on from here" in said["seized"]
    assert said["seized_lost"] == []


@pytest.mark.parametrize("damage", ["damaged", "is not there", "is empty"])
def test_a_broken_one_is_named_and_its_copy_brings_the_course_back(said, damage):
    sentence = said[damage]
    assert (
        damage in sentence and "gradebook.db" in sentence and "var/backups/gradebook-" in sentence
    )
    assert said[f"{damage}_lost"] == []
