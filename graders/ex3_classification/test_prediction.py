"""predict(texts) and class_probabilities(classifier, texts): how good the trained model is on
reviews that nobody has seen."""

import torch

from kireji.feedback import pictures
from kireji.testing import Handle, expect, graded

from ..tables import lab_rows
from . import measures, targets
from .classifier_answers import in_both_modes, own_answer, probabilities_of
from .made_up import Verdicts

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
        f"{name} is {value:.2f}, hardly better than guessing. Was `model` trained for all of its"
        ' epochs, and is column 0 the class "negative"?',
    )
    attach(
        pictures.metric(value, curve.baseline, curve.target, name),
        f"{name} on {len(held_out.texts)} held-out reviews",
    )
    expect.metric(value, curve.baseline, curve.target, name)


@graded("prediction", weight=2)
def test_probabilities(student, rng):
    """class_probabilities answers row by row: the same for a text alone, in any order and company,
    by whichever classifier it is given; and predict agrees with it."""
    texts = some_texts(60)
    model, own = student.variable("model"), own_answer(student, "model", some_texts(60))[0]
    together = probabilities_of(student, model, texts)
    expect.close(
        together,
        torch.softmax(own, dim=-1),
        name="class_probabilities(model, ...)",
        atol=1e-3,
        diagnoses=slips(own, texts),
        hint="They are not softmax(logits) of `model` asked directly.",
    )
    turned = probabilities_of(student, model, texts[::-1])
    expect.close(
        turned.flip(0),
        together,
        name="class_probabilities",
        diagnoses={
            "the rows come in another order than `texts`: put them back after sorting by length": (
                together.flip(0)
            )
        },
        hint="The same texts in another order get other rows.",
    )
    for i in (0, 31, 59):
        expect.close(
            probabilities_of(student, model, [texts[i]])[0],
            together[i],
            name="class_probabilities",
            hint="A text alone gets another answer than among others: is the padding masked?",
        )
    verdicts = Verdicts(student, rng)
    expect.close(
        probabilities_of(student, verdicts.classifier, texts),
        verdicts.probabilities(texts),
        name="class_probabilities of another classifier",
        atol=1e-3,
        diagnoses={
            (
                "`model` is asked, whichever classifier is given: the first argument is the one to"
                " ask"
            ): together
        },
        hint="Each classifier is asked in the same way.",
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


def slips(logits, texts):
    """What common slips make of the probabilities."""
    right = torch.softmax(logits, dim=-1)
    return {
        "the softmax runs over the texts (dim=0), not over the classes (dim=-1)": torch.softmax(
            logits, dim=0
        ),
        "the columns are exchanged: column 0 is the class negative": right.flip(-1),
        "the softmax is taken twice": right.softmax(dim=-1),
        "the rows come in the order of the texts' lengths: put them back in that of `texts`": (
            right[sorted(range(len(texts)), key=lambda i: len(texts[i]))]
        ),
        "the rows come in the reversed order of `texts`": right.flip(0),
        "each row is the certainty of the label, 1 or 0: the probabilities are asked for": (
            torch.nn.functional.one_hot(right.argmax(dim=-1), 2).double()
        ),
    }


@graded("prediction", weight=1)
def test_no_texts_and_empty_texts(student):
    """No texts, and texts without a word, get an answer as well."""
    nothing = student.predict([])
    expect.true(
        isinstance(nothing, (list, tuple)) and len(nothing) == 0, "predict([]) should be []."
    )
    model = student.variable("model")
    empty = student.class_probabilities(model, [])
    expect.true(
        isinstance(empty, torch.Tensor) and tuple(empty.shape) == (0, 2),
        "class_probabilities(model, []) should have shape (0, 2).",
    )
    probabilities_of(student, model, ["", "Fine.", "???"])


@graded("prediction", weight=1)
def test_answers_without_dropout(student):
    """A classifier that was left in training mode is asked in eval mode: dropout has no say in
    class_probabilities."""
    classifier, texts = student.variable("baseline"), some_texts(20)
    expect.true(
        isinstance(classifier, Handle),
        "`baseline` should still be that of the notebook's own cells.",
    )
    training, evaluating = in_both_modes(
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
        hint="Dropout takes part in the answer, which becomes a matter of luck: classifier.eval()"
        " first.",
    )


def some_texts(n):
    """n of the validation reviews: of very different lengths, in no order."""
    return [row["text"] for row in lab_rows("ex3_classification", "validation")[5::13]][:n]
