"""Tokens and vocabularies."""

import pytest

from attention_lab.text import SPECIALS, Vocabulary, detokenize, tokenize
from kireji.data.text import tokens as tokens_of_the_data_step


@pytest.mark.parametrize(
    ("sentence", "tokens"),
    [
        ("J'ai faim !", ["j'", "ai", "faim", "!"]),
        (
            "Qu’est-ce que tu fais aujourd’hui ?",
            ["qu'", "est", "-ce", "que", "tu", "fais", "aujourd'hui", "?"],
        ),
        ("L'e\u0301cole a 2 salles.", ["l'", "\u00e9cole", "a", "2", "salles", "."]),
        ("I don't like Tom's dog.", ["i", "don't", "like", "tom's", "dog", "."]),
        ("", []),
    ],
)
def test_tokenize(sentence, tokens):
    assert tokenize(sentence) == tokens


def test_the_data_step_counts_the_same_tokens():
    for sentence in (
        "Qu’est-ce que c'est, l'école ?",
        "Puisqu'il n'a pas d'amis...",
        "I'm ten o'clock's man (really)!",
    ):
        assert list(tokens_of_the_data_step(sentence)) == tokenize(sentence)


@pytest.mark.parametrize(
    "sentence", ["i'm hungry!", "are you 10, or not?", "j'ai faim.", "viens-tu à l'école?"]
)
def test_detokenize_undoes_tokenize(sentence):
    assert detokenize(tokenize(sentence)) == sentence


def test_vocabulary_numbers_by_frequency_then_name():
    vocabulary = Vocabulary.build([["b", "a"], ["c", "b"]])
    assert vocabulary.tokens == [*SPECIALS, "b", "a", "c"]
    assert vocabulary.encode(["a", "never seen", "b"]) == [5, vocabulary.unk_id, 4]
    assert "a" in vocabulary and "d" not in vocabulary and len(vocabulary) == 7


def test_vocabulary_leaves_out_rare_tokens():
    assert Vocabulary.build([["b", "a"], ["c", "b"]], min_count=2).tokens == [*SPECIALS, "b"]


def test_decode_stops_at_eos_and_skips_padding():
    vocabulary = Vocabulary.build([["a", "b"]])
    assert vocabulary.decode([1, 4, 0, 5, 2, 4]) == ["a", "b"]


@pytest.mark.parametrize("tokens", [["a", "b"], [*SPECIALS, "a", "a"]])
def test_a_vocabulary_needs_its_specials_and_no_doubles(tokens):
    with pytest.raises(ValueError, match="each once"):
        Vocabulary(tokens)
