"""One spelling, tokens, and what is crude language."""

import pytest

from kireji.data import is_crude
from kireji.data.text import clean, tokens


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
