"""Long texts: accuracy against k, attention against last state. Reviews and neutral sentences are
such as no student has seen."""

import pytest

from attention_lab.neutral import bury
from kireji.feedback import pictures
from kireji.testing import expect, graded

from ..tables import lab_rows
from . import measures, shared_data, targets
from .shared_data import KS, TEXTS

HARDLY = 0.56  # below this at every k, long_model was not trained
CLASSIFIERS = {"attention": "long_model", "last state": "long_baseline"}


@pytest.fixture
def curves(probabilities, held_out, once):
    """{"attention" or "last state": {k: accuracy}} on buried held-out reviews."""
    labels = held_out.labels[:TEXTS]

    def measure():
        return {
            name: {
                k: measures.accuracy(
                    measures.named(probabilities(classifier, shared_data.buried(k))), labels
                )
                for k in KS
            }
            for name, classifier in CLASSIFIERS.items()
        }

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
        "long_model tells positive from negative hardly better than guessing, buried or not: was"
        " ex3_classification_long.safetensors submitted, and does it belong to this notebook's"
        " classifier?",
    )
    expect.metric(
        curves["attention"][16], *targets.LONG_ACCURACY, "Accuracy of long_model at k = 16:"
    )


@graded("long_texts", weight=3)
def test_attention_beats_the_last_state(curves):
    """Trained on the same texts in the same number of epochs, attention is ahead of the last state
    where texts are long."""
    expect.metric(
        curves["attention"][16] - curves["last state"][16],
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
def test_report_is_what_is_so(student, probabilities):
    """accuracy_against_k reports, for each k, the accuracy on texts buried by bury(text, k)."""
    rows = lab_rows("ex3_classification", "validation")[::9][:80]
    texts, labels = [row["text"] for row in rows], [row["label"] for row in rows]
    ks = [6, 0, 3]
    # Half of the labels are turned round, so that accuracy is no longer near what any classifier
    # reports everywhere.
    labels = [
        label if i % 4 else measures.LABELS[label == "negative"] for i, label in enumerate(labels)
    ]
    result = student.accuracy_against_k(student.variable("model"), texts, labels, ks, timeout=60.0)
    expect.true(
        isinstance(result, (list, tuple)) and len(result) == len(ks),
        f"accuracy_against_k should return a list with a number for each of "
        f"the {len(ks)} values of ks, but {expect.kind(result)} came.",
    )
    values = [expect.number(value, "an accuracy") for value in result]

    def accuracies(edit):
        return [
            measures.accuracy(
                measures.named(probabilities("model", [edit(text, k) for text in texts])), labels
            )
            for k in ks
        ]

    right = accuracies(bury)
    if all(abs(value - wanted) < 1e-6 for value, wanted in zip(values, right, strict=False)):
        return
    for what, wrong in (
        ("in per cent: shares between 0 and 1 were asked for", [100 * value for value in right]),
        ("the share of wrong answers", [1 - value for value in right]),
        ("the number of right answers, not their share", [len(texts) * value for value in right]),
        (
            "measured on the texts as they are: bury(text, k) is missing",
            accuracies(lambda text, k: text),
        ),
        (
            "in another order than ks",
            [right[i] for i in sorted(range(len(ks)), key=ks.__getitem__)],
        ),
    ):
        expect.true(
            not all(abs(value - other) < 1e-6 for value, other in zip(values, wrong, strict=False))
            or wrong == right,
            f"It looks as if the result is {what}.",
        )
    expect.true(
        False,
        "the accuracies are not those that class_probabilities(classifier, ...) has on bury(text,"
        " k) for each text: are all texts and labels used, is k handed on, and is it the given"
        " classifier?",
    )
