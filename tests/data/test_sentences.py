"""From table rows to clean, short, decent pairs."""

import pytest

from kireji.data.crude import is_crude
from kireji.data.sentences import Pair, clean, decent, frequent, read_pairs, short, tokens, unique


def row(id: str, english: str, french: str) -> str:
    return "\t".join([id, "日本語", english, "-", "-", french, "-", "-", "-"]) + "\n"


def test_clean_makes_one_spelling_of_spaces_and_apostrophes():
    assert clean("  L\u2019e\u0301cole\u202f!\u00a0 ") == "L'\u00e9cole !"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Je n'aime pas l'école.", "je n' aime pas l' école ."),
        ("Aujourd'hui, qu'est-ce que c'est ?", "aujourd'hui , qu' est -ce que c' est ?"),
        ("I don't like Tom's 2 dogs!", "i don't like tom's 2 dogs !"),
    ],
)
def test_tokens(sentence, expected):
    assert " ".join(tokens(sentence)) == expected


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


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Nous allons pique-niquer.", "french"),
        ("J'ai trouvé la culture.", "french"),
        ("Il faut continuer.", "french"),
        ("A cockroach sat on the grass.", "english"),
        ("He is farther than Scunthorpe.", "english"),
        ("The class will assess the hello.", "english"),
    ],
)
def test_innocent_words_that_contain_crude_ones_stay(sentence, language):
    assert not is_crude(sentence, language)


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
