"""predict(texts) and class_probabilities(classifier, texts): how good the trained model is on
reviews that nobody has seen."""

import torch

from kireji.feedback import pictures
from kireji.testing import Handle, expect, graded

from . import classifier_answers, measures, targets

EVEN = 1e-4  # probabilities that differ by less are a tie
HARDLY = 0.6  # below this a model was not trained, or its answers were turned round


@graded("prediction", weight=4)
def test_accuracy(predicted, held_out, attach):
    """The share of held-out reviews that get the right label."""
    measured(
        measures.accuracy(predicted, held_out.labels),
        targets.ACCURACY,
        "accuracy",
        held_out,
        attach,
    )


@graded("prediction", weight=2)
def test_macro_f1(predicted, held_out, attach):
    """Both classes count: macro-F1 on held-out reviews."""
    measured(
        measures.macro_f1(predicted, held_out.labels),
        targets.MACRO_F1,
        "macro-F1",
        held_out,
        attach,
    )


def measured(value, curve, name, held_out, attach):
    expect.true(
        value > HARDLY,
        f"{name} is {value:.2f}, hardly better than guessing: was ex3_classification.safetensors"
        " submitted, does it belong to this notebook's classifier, and is column 0 the class"
        ' "negative"?',
    )
    attach(
        pictures.metric(value, curve.baseline, curve.target, name),
        f"{name} on {len(held_out.texts)} held-out reviews",
    )
    expect.metric(value, curve.baseline, curve.target, name)


@graded("prediction", weight=2)
def test_probabilities(student, probabilities, held_out):
    """class_probabilities answers row by row: the same for a text alone, in any order and company,
    and predict agrees with it."""
    texts = held_out.texts[:60]
    together = probabilities("model", texts)
    turned = probabilities("model", texts[::-1])
    expect.close(
        turned.flip(0),
        together,
        name="class_probabilities",
        hint="the rows should be in the order of `texts`, whatever their lengths.",
    )
    for i in (0, 31, 59):
        expect.close(
            probabilities("model", [texts[i]])[0],
            together[i],
            name="class_probabilities",
            hint=(
                "a text alone gets another answer than among others: is the classifier in eval"
                " mode, and the padding masked?"
            ),
        )
    labels = student.predict(texts)
    # Where both classes are equally likely, either is right.
    clear = ((together[:, 0] - together[:, 1]).abs() > EVEN).tolist()
    expect.true(
        isinstance(labels, (list, tuple))
        and len(labels) == len(texts)
        and all(
            label == likelier or (label in measures.LABELS and not sure)
            for label, likelier, sure in zip(labels, measures.named(together), clear, strict=True)
        ),
        "predict should give each text the class to which class_probabilities(model, ...) gives"
        ' most: column 0 is "negative", column 1 is "positive".',
    )


@graded("prediction", weight=1)
def test_no_texts_and_empty_texts(student, probabilities):
    """No texts, and texts without a word, get an answer as well."""
    nothing = student.predict([])
    expect.true(
        isinstance(nothing, (list, tuple)) and len(nothing) == 0, "predict([]) should be []."
    )
    empty = student.class_probabilities(student.variable("model"), [])
    expect.true(
        isinstance(empty, torch.Tensor) and tuple(empty.shape) == (0, 2),
        "class_probabilities(model, []) should have shape (0, 2).",
    )
    probabilities("model", ["", "Fine.", "???"])


@graded("prediction", weight=1)
def test_answers_without_dropout(student, held_out):
    """A classifier that was left in training mode is asked in eval mode: dropout has no say in
    class_probabilities."""
    classifier, texts = student.variable("baseline"), held_out.texts[:20]
    expect.true(
        isinstance(classifier, Handle),
        "`baseline` should still be that of the notebook's own cells.",
    )
    training, evaluating = classifier_answers.in_both_modes(
        classifier,
        lambda seed: expect.tensor(
            student.class_probabilities(classifier, texts, seed=seed), name="class_probabilities"
        ),
    )
    expect.close(
        training,
        evaluating,
        name="class_probabilities of a classifier in training mode",
        atol=1e-3,
        hint=(
            "dropout takes part in the answer, which becomes a matter of luck: classifier.eval()"
            " first."
        ),
    )
