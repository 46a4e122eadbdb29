"""How the functions of the notebook are asked: texts go in, labels and probabilities come out."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from attention_lab.batches import pad_rows
from attention_lab.text import SPECIALS, UNK, tokenize
from kireji.testing import Handle, expect

from . import measures

AT_ONCE = 250  # texts in a call
SECONDS = 60.0  # for a call
CLEAR = 1e-3  # between the probabilities of a text whose class rounding cannot decide
UNKNOWN = SPECIALS.index(UNK)


def labels_of(student: Any, texts: Sequence[str]) -> list[str]:
    """student.predict of all texts, a part at a time; Mistake where something else than as many
    labels comes back."""
    answers: list[str] = []
    for start in range(0, len(texts), AT_ONCE):
        part = list(texts[start : start + AT_ONCE])
        result = student.predict(part, timeout=SECONDS)
        expect.true(
            isinstance(result, (list, tuple)),
            f"predict should return a list of labels, but {expect.kind(result)} came.",
        )
        expect.true(
            len(result) == len(part),
            f"predict got {len(part)} texts and returned {len(result)} labels.",
        )
        for label in result:
            came = "another text" if isinstance(label, str) else expect.kind(label)
            expect.true(
                label in measures.LABELS,
                'predict should return "negative" or "positive" for each text, but one of them is'
                f" {came}.",
            )
        answers += result
    return answers


def check_labels(answers: Sequence[str], own: Tensor) -> None:
    """Mistake where the answers are not what the trained model says: own (n, 2) probabilities."""
    # Of two classes that are as good as equal either is right: rounding decides, which differs
    # between batches.
    sure = ((own[:, 0] - own[:, 1]).abs() > CLEAR).tolist()
    pairs = [
        (answer, label)
        for answer, label, clear in zip(answers, measures.named(own), sure, strict=True)
        if clear
    ]
    differ = sum(answer != label for answer, label in pairs)
    expect.true(
        differ == 0 or differ < len(pairs),
        "predict gives every review the other label than the trained `model` does: class 0 is "
        '"negative", class 1 is "positive".',
    )
    expect.true(
        differ == 0,
        f"predict gives {differ} of {len(pairs)} reviews another label than the trained `model`"
        " does when it is called directly: each text gets the class with the largest logit.",
    )


def probabilities_of(student: Any, classifier: Handle, texts: Sequence[str]) -> Tensor:
    """(len(texts), 2): class_probabilities(classifier, texts). Mistake where rows are missing or
    are no probabilities."""
    rows = expect.tensor(
        student.class_probabilities(classifier, list(texts), timeout=SECONDS),
        name="class_probabilities",
    )
    expect.true(
        tuple(rows.shape) == (len(texts), 2),
        f"class_probabilities of {len(texts)} texts should have shape ({len(texts)}, 2) and has "
        f"{tuple(rows.shape)}.",
    )
    expect.rows_sum_to_one(
        rows, name="class_probabilities", hint="Softmax over the classes, dim=-1."
    )
    return rows.double()


def own_answer(student: Any, name: str, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
    """logits (n, 2) and attention_weights (n, T) of the notebook's classifier `name`, asked
    directly."""
    classifier, vocabulary = student.variable(name), student.variable("vocabulary")
    expect.true(
        isinstance(classifier, Handle) and isinstance(vocabulary, Handle),
        f"`vocabulary` and `{name}` should still be those of the notebook's own cells.",
    )
    tokens = [tokenize(text) for text in texts]
    # All texts in one question: it numbers token by token.
    numbers = vocabulary.method("encode", list(itertools.chain.from_iterable(tokens)))
    expect.true(
        isinstance(numbers, list)
        and len(numbers) == sum(map(len, tokens))
        and all(isinstance(number, int) for number in numbers),
        "`vocabulary` should still be that of the notebook's own cell.",
    )
    numbered = iter(numbers)
    rows = [list(itertools.islice(numbered, len(row))) for row in tokens]
    token_ids, lengths = pad_rows([row or [UNKNOWN] for row in rows], 0)
    classifier.eval()
    logits, attention_weights = expect.returns(
        classifier(token_ids, lengths, timeout=SECONDS), "logits", "attention_weights"
    )
    logits = expect.finite(
        expect.tensor(logits, (len(texts), 2), name=f"the logits of `{name}`"),
        f"the logits of `{name}`",
    )
    expect.tensor(
        attention_weights, tuple(token_ids.shape), name=f"the attention_weights of `{name}`"
    )
    return logits.double(), attention_weights


def in_both_modes(classifier: Handle, ask: Callable[[int], Tensor]) -> tuple[Tensor, Tensor]:
    """What ask(seed) answers with the classifier in training mode, and with another seed in eval
    mode, in which it is left."""
    try:
        classifier.train()
        training = ask(1)
    finally:
        classifier.eval()
    return training, ask(2)
