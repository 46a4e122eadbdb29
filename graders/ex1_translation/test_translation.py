"""translate(sentences): how good the trained model is on sentences that nobody has seen, measured
here with sacrebleu."""

from sacrebleu.metrics import BLEU, CHRF

from kireji.feedback import pictures
from kireji.testing import expect, graded

from . import targets


def streams(references):
    """sacrebleu's arrangement: the first reference of every sentence, then every second one, None
    where there is no more."""
    most = max(map(len, references))
    return [
        [answers[i] if i < len(answers) else None for answers in references] for i in range(most)
    ]


@graded("translation", weight=2)
def test_bleu(translations, held_out, attach):
    """Words and phrases: BLEU on held-out sentences."""
    measured(BLEU(lowercase=True), "BLEU", targets.BLEU, translations, held_out, attach)


@graded("translation", weight=1)
def test_chrf(translations, held_out, attach):
    """Spelling and endings: chrF on held-out sentences."""
    measured(CHRF(lowercase=True), "chrF", targets.CHRF, translations, held_out, attach)


def measured(metric, name, curve, translations, held_out, attach):
    value = metric.corpus_score(translations, streams(held_out.references)).score
    expect.true(
        value > curve.baseline / 10,
        f"{name} is {value:.2g}: hardly a word is right. Was ex1_translation.safetensors submitted,"
        " does it belong to this notebook's model, and does translate turn the right numbers into"
        " words?",
    )
    attach(
        pictures.metric(value, curve.baseline, curve.target, name),
        f"{name} on {len(translations)} held-out sentences",
    )
    expect.metric(value, curve.baseline, curve.target, name)
