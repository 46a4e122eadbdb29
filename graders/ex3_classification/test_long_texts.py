"""Long texts: accuracy against k, attention against last state. Reviews and neutral sentences are
such as no student has seen."""

import pytest
import torch

from attention_lab.neutral import bury
from kireji.feedback import pictures
from kireji.testing import expect, graded

from ..tables import lab_rows
from . import given_baseline, measures, targets
from .made_up import Verdicts, with_verdicts

HARDLY = 0.56  # below this at every k, long_model was not trained
LAST_STATE = 0.55  # what the last state reaches at k = 16; a worse one earns nothing more
KS, TEXTS = (0, 4, 8, 16), 400


@pytest.fixture
def curves(probabilities, submitted, held_out, once, rng):
    """{"attention" or "last state": {k: accuracy}} on buried held-out reviews."""
    labels = held_out.labels[:TEXTS]

    def accuracies(ask):
        return {
            k: measures.accuracy(measures.named(ask(texts)), labels) for k, texts in buried.items()
        }

    def measure():
        return {
            "attention": accuracies(lambda texts: probabilities("long_model", texts)),
            "last state": accuracies(lambda texts: given_baseline.probabilities(submitted, texts)),
        }

    buried = once(
        "buried",
        lambda: {k: [measures.bury(text, k, rng) for text in held_out.texts[:TEXTS]] for k in KS},
    )
    return once("curves", measure)


@graded("long_texts", weight=4)
def test_attention_reads_long_texts(curves, attach):
    """Among 16 neutral sentences, the classifier with attention still finds the verdict."""
    attach(
        pictures.line_chart(
            {name: (list(curve), list(curve.values())) for name, curve in curves.items()},
            "Accuracy on buried reviews",
            "neutral sentences",
            "accuracy",
        ),
        f"{TEXTS} held-out reviews, each among k unseen neutral sentences",
    )
    expect.true(
        max(curves["attention"].values()) > HARDLY,
        "long_model tells positive from negative hardly better than guessing, buried or not. Was"
        " it trained on the buried texts, for all of its epochs?",
    )
    expect.metric(
        curves["attention"][16], *targets.LONG_ACCURACY, "Accuracy of long_model at k = 16:"
    )


@graded("long_texts", weight=3)
def test_attention_beats_the_last_state(curves):
    """Trained on the same texts in the same number of epochs, attention is ahead of the last state
    where texts are long."""
    expect.metric(
        curves["attention"][16] - max(curves["last state"][16], LAST_STATE),
        *targets.LONG_ADVANTAGE,
        "Accuracy of long_model above long_baseline at k = 16:",
    )


@graded("long_texts", weight=2)
def test_length_costs_little(curves):
    """From no neutral sentence to 16 the classifier with attention loses little."""
    expect.true(
        curves["attention"][0] > targets.LONG_ACCURACY.baseline,
        "long_model hardly knows a positive from a negative review even when it "
        "is not buried: then there is nothing to lose.",
    )
    expect.metric(
        curves["attention"][0] - curves["attention"][16],
        *targets.LONG_STEADINESS,
        "Accuracy that long_model loses from k = 0 to k = 16:",
    )


@graded("long_texts", weight=3)
@with_verdicts
def test_report_is_what_is_so(student, rng):
    """accuracy_against_k reports, for each k, the accuracy on texts buried by bury(text, k)."""
    rows = lab_rows("ex3_classification", "validation")[::9][:80]
    texts, labels = [row["text"] for row in rows], [row["label"] for row in rows]
    ks = [6, 0, 3]
    verdicts = Verdicts(student, rng)
    # Half of the labels are what the classifier says of the text as it is.
    said = measures.named(verdicts.probabilities(texts))
    labels = [
        one if i % 2 else other for i, (one, other) in enumerate(zip(said, labels, strict=True))
    ]
    result = student.accuracy_against_k(verdicts.classifier, texts, labels, ks, timeout=60.0)
    expect.true(
        isinstance(result, (list, tuple)) and len(result) == len(ks),
        f"accuracy_against_k should return a list with a number for each of "
        f"the {len(ks)} values of ks, but {expect.kind(result)} came.",
    )
    values = [expect.number(value, "an accuracy") for value in result]

    def accuracies(edit, labels=labels):
        return [
            measures.accuracy(
                measures.named(verdicts.probabilities([edit(text, k) for text in texts])), labels
            )
            for k in ks
        ]

    right = accuracies(bury)
    if _agree(values, right):
        return
    n = len(texts)
    wrong = {
        "in per cent: shares between 0 and 1 are asked for": [100 * value for value in right],
        "the share of wrong answers, or of the less likely class": [1 - value for value in right],
        "the number of right answers, not their share": [n * value for value in right],
        "measured on the texts as they are: bury(text, k) is missing": accuracies(lambda t, k: t),
        "in another order than ks": [right[i] for i in sorted(range(3), key=ks.__getitem__)],
        "that of the first k for every k": [right[0]] * len(ks),
        "that of the last k for every k": [right[-1]] * len(ks),
        "measured with one sentence too many: bury(text, k + 1)": accuracies(
            lambda text, k: bury(text, k + 1)
        ),
        "measured with the positions in `ks` in place of its values": [
            accuracies(lambda text, _, i=i: bury(text, i))[0] for i in range(len(ks))
        ],
        "added up over the values of ks": torch.tensor(right).cumsum(0).tolist(),
        "divided by the number of values in ks, not by the number of texts": [
            n * value / len(ks) for value in right
        ],
        "the difference from the accuracy at the first k": [value - right[0] for value in right],
        "rounded": [float(round(value)) for value in right],
        "rounded to one decimal": [round(value, 1) for value in right],
        "measured on the first half of the texts only": [
            measures.accuracy(
                measures.named(verdicts.probabilities([bury(text, k) for text in texts[: n // 2]])),
                labels[: n // 2],
            )
            for k in ks
        ],
    }
    for what, other in wrong.items():
        expect.true(
            not _agree(values, other) or _agree(other, right),
            f"{expect.NAMED} the result is {what}.",
        )
    for name in ("model", "long_model", "baseline", "long_baseline"):
        expect.true(
            not _agree(values, verdicts.of_another(name, texts, labels, ks)),
            f"{expect.NAMED} the notebook's `{name}` is asked, whichever classifier is given: the"
            " first argument is the one to ask.",
        )
    expect.true(
        False,
        "The accuracies are not those that class_probabilities(classifier, ...) has on bury(text,"
        " k) for each text. Are all texts and labels used, is k handed on, and is it the given"
        " classifier?",
    )


def _agree(values, others):
    return all(abs(value - other) < 1e-6 for value, other in zip(values, others, strict=True))
