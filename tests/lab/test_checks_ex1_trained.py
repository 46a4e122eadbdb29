"""The visible checks of ex1's trained model: right answers are fine, typical mistakes meet their
hint."""

import pytest

from attention_lab import check
from tests.lab.solved import solved


def trained(monkeypatch, tmp_path) -> dict:
    """A translator that knows four sentences by heart, over a validation table of these four."""
    rows = [
        "1\tTom dort.\tTom sleeps.",
        "2\tVoici Tom.\tHere is Tom.",
        "3\tIl pleut.\tit rains.",
        "4\tMerci !\tthanks!",
    ]
    folder = tmp_path / "ex1_translation"
    folder.mkdir()
    (folder / "validation.tsv").write_text("\n".join(["id\tsource\ttarget", *rows]) + "\n")
    monkeypatch.setenv("ATTENTION_LAB_DATA", str(tmp_path))
    names = solved("ex1_translation")
    known = {source: target for _, source, target in (row.split("\t") for row in rows)} | {
        "Tom habite \u00e0 Boston.": "tom"
    }

    def align(sentence):
        source, target = names["tokenize"](sentence), names["tokenize"](known[sentence])
        weights = names["torch"].full((len(target), len(source)), 0.1 / max(1, len(source) - 1))
        for i, token in enumerate(target):
            weights[i, source.index(token) if token in source else 0] = 0.9
        return source, target, weights

    return {
        "translate": lambda sentences: [known[sentence].lower() for sentence in sentences],
        "align": align,
    }


def test_a_trained_translator_is_fine(monkeypatch, tmp_path, capsys):
    student = trained(monkeypatch, tmp_path)
    for task in ("translation", "alignment"):
        check(task, student)
        assert "All fine here" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("task", "wrong", "hint"),
    [
        ("translation", lambda sentences: "one string", "one str for each sentence"),
        ("translation", lambda sentences: ["a"] * len(sentences), "little for a trained model"),
        ("translation", lambda sentences: ["a"] * max(1, len(sentences)), "return [] for []"),
        (
            "translation",
            lambda sentences: [f"{len(sentences)} words"] * len(sentences),
            "padding changes the answer",
        ),
    ],
)
def test_translation_mistakes(task, wrong, hint, monkeypatch, tmp_path, capsys):
    check(task, trained(monkeypatch, tmp_path) | {"translate": wrong})
    assert hint in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (
            lambda source, target, weights: (source, [*target, "<eos>"], weights),
            "attention_weights has shape",
        ),
        (lambda source, target, weights: (source[::-1], target, weights), "tokens of the sentence"),
        (lambda source, target, weights: (source, target, weights / 2), "each row sums to 1"),
        (
            lambda source, target, weights: (source, target, weights.roll(1, dims=1)),
            "shifted by one",
        ),
    ],
)
def test_alignment_mistakes(wrong, hint, monkeypatch, tmp_path, capsys):
    student = trained(monkeypatch, tmp_path)
    align = student["align"]
    check("alignment", student | {"align": lambda sentence: wrong(*align(sentence))})
    assert hint in capsys.readouterr().out
