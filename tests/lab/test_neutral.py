"""Sentences without an opinion, and texts buried in them."""

import random

from attention_lab.neutral import bury, neutral_sentences


def test_k_sentences_without_blanks():
    sentences = neutral_sentences(50, random.Random(1))
    assert len(sentences) == 50 and len(set(sentences)) > 20
    assert not any("{" in sentence for sentence in sentences)


def test_a_text_is_buried_whole_and_each_time_alike():
    for k in (0, 1, 7):
        buried = bury("A dull film.", k)
        assert buried == bury("A dull film.", k)
        assert buried.count("A dull film.") == 1 and buried.count(".") == k + 1
    assert bury("A dull film.", 0) == "A dull film."


def test_the_place_varies():
    places = {bury(f"Text {i}!", 4).index(f"Text {i}!") == 0 for i in range(40)}
    assert places == {True, False}
