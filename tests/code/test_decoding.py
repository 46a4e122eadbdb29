"""Lesson 6: its measures are those of the library, and its searches those of the text."""

import decoding as lesson
import pytest
from sacrebleu.metrics import BLEU, CHRF


@pytest.mark.parametrize("ours", lesson.CANDIDATES)
def test_measures_agree_with_the_library(ours):
    expected = CHRF().sentence_score(ours, [lesson.REFERENCE]).score
    assert lesson.chrf(ours, lesson.REFERENCE) == pytest.approx(expected)
    # the library puts a small number in place of a precision of 0, unless it is told not to
    plain = BLEU(smooth_method="none", tokenize="none", effective_order=False)
    expected = plain.corpus_score([ours], [[lesson.REFERENCE]]).score
    assert lesson.bleu(ours, lesson.REFERENCE) == pytest.approx(expected)


def test_every_row_of_the_table_sums_to_one():
    assert [sum(row.values()) for row in lesson.NEXT.values()] == pytest.approx([1] * 8)


def test_a_beam_of_one_is_greedy_search():
    assert lesson.beam_search(1)[-1][0].words == lesson.greedy().words


def test_a_beam_as_wide_as_the_tree_finds_the_likeliest_sentence():
    best = lesson.beam_search(100)[-1][0]
    assert best == lesson.beam_search(2)[-1][0]
    assert best.probability == pytest.approx(0.4 * 0.9 * 0.95)


def test_a_word_counts_at_most_as_often_as_in_the_reference():
    assert lesson.matches("the the the".split(), "the cat sat".split(), 1)[:2] == (1, 3)
