"""BLEU and chrF with one or several right answers."""

import pytest

from attention_lab.data import SentencePair
from attention_lab.metrics import bleu, chrf, group_references


def test_references_of_one_source_go_together():
    pairs = [
        SentencePair("1", "Salut !", "Hi!"),
        SentencePair("2", "Viens ici.", "Come here."),
        SentencePair("3", "Salut !", "Hello!"),
    ]
    assert group_references(pairs) == (
        ["Salut !", "Viens ici."],
        [["Hi!", "Hello!"], ["Come here."]],
    )


@pytest.mark.parametrize("metric", [bleu, chrf])
def test_any_reference_is_a_right_answer_whatever_its_case(metric):
    references = [
        ["You ought to go to sleep now.", "You should go to sleep now."],
        ["I am here with my brother."],
    ]
    right = ["you should go to sleep now.", "i am here with my brother."]
    assert metric(right, references) == pytest.approx(100)
    assert metric(["no.", "nothing at all."], references) < 20


def test_a_missing_translation_is_an_error():
    with pytest.raises(ValueError, match="1 translations for 2 sentences"):
        bleu(["a"], [["a"], ["b"]])
