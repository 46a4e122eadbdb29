"""From table rows to clean, short, decent pairs."""

import pytest

from graders.ex1_translation import data
from graders.ex1_translation.data import Pair, decent, frequent, read_pairs, short, unique
from kireji.data import is_crude
from kireji.data.text import tokens
from tests.support.clone import COURSE


def row(id: str, english: str, french: str) -> str:
    return "\t".join([id, "日本語", english, "-", "-", french, "-", "-", "-"]) + "\n"


def test_read_pairs_keeps_ids_and_skips_missing_sides():
    lines = [row("7", "Hello.", "Bonjour."), row("8", "-", "Salut."), row("9", "Hi.", "-")]
    assert read_pairs(lines) == [Pair("7", "Bonjour.", "Hello.")]


def test_unique_keeps_the_first_and_other_translations():
    pairs = [
        Pair("1", "Salut !", "Hi!"),
        Pair("2", "salut !", "Hi !"),
        Pair("3", "Salut !", "Hello!"),
    ]
    assert [pair.id for pair in unique(pairs)] == ["1", "3"]


@pytest.mark.parametrize(
    "pair",
    [
        Pair("1", "Merde !", "Oh no!"),
        Pair("2", "Zut !", "Shit."),
        Pair("3", "Ah, les SALAUDS.", "Ah."),
    ],
)
def test_one_crude_side_drops_the_pair(pair):
    assert decent([pair]) == []


def test_short_counts_both_sides_with_punctuation():
    pair = Pair("1", "Il dort.", "He is asleep now.")
    assert short([pair], 5) == [pair]
    assert short([pair], 4) == []


def test_frequent_drops_pairs_with_a_rare_word_and_breaks_ties_by_name():
    pairs = [
        Pair("1", "a b", "x y"),
        Pair("2", "a b", "x y"),
        Pair("3", "a d", "x"),
        Pair("4", "a c", "x"),
    ]
    assert [pair.id for pair in frequent(pairs, 3)] == ["1", "2", "4"]
    assert frequent(pairs[::-1], 3) == [pairs[3], pairs[1], pairs[0]]


def test_the_real_pairs_are_short_and_decent():
    archive = COURSE.downloads / data.DATA.source.archive
    if not archive.is_file():
        pytest.skip("the data are not fetched yet: run the set-up first")
    for pair in data.extract(archive):
        assert pair.id.isdigit()
        assert 1 <= len(tokens(pair.source)) <= data.MAX_TOKENS
        assert 1 <= len(tokens(pair.target)) <= data.MAX_TOKENS
        assert not is_crude(pair.source, "french") and not is_crude(pair.target, "english")
