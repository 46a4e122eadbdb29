"""What the hidden tests of the trained classifiers share: held-out reviews, and one window to look through.

The labels stay here; only texts go into the sandbox."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor

from kireji.grading import StudentError, expect

from ..tables import held_out_rows

AT_ONCE = 250            # texts in a call
SECONDS = 60.0           # for a call
ROUNDING = 1e-3


class HeldOut(NamedTuple):
    """texts[i] is `labels[i]`."""

    texts: list[str]
    labels: list[str]


@pytest.fixture(scope="session")
def held_out() -> HeldOut:
    """The reviews that no student has seen, in an order that mixes the labels."""
    rows = held_out_rows("ex3_classification")
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(len(rows))).tolist()
    return HeldOut([rows[i]["text"] for i in order], [rows[i]["label"] for i in order])


@pytest.fixture(scope="session")
def memory() -> dict[str, Any]:
    """What was asked once and serves several tests; a pytest session sees one submission."""
    return {}


@pytest.fixture
def once(memory: dict[str, Any]) -> Callable[[str, Callable[[], Any]], Any]:
    """once(name, ask): ask()'s answer, asked the first time only; if that failed, each test that needs it fails alike."""

    def once(name: str, ask: Callable[[], Any]) -> Any:
        if name not in memory:
            try:
                memory[name] = ask()
            except (expect.Mistake, StudentError) as error:
                memory[name] = error
        if isinstance(memory[name], Exception):
            raise memory[name]
        return memory[name]

    return once


@pytest.fixture
def predicted(student: Any, held_out: HeldOut, once: Callable) -> list[str]:
    """The student's label for every held-out review."""
    return once("predicted", lambda: labels_of(student, held_out.texts))


@pytest.fixture
def probabilities(student: Any) -> Callable[[str, Sequence[str]], Tensor]:
    """probabilities(name, texts) -> (len(texts), 2): class_probabilities of the notebook's classifier `name`."""
    return lambda name, texts: asked(student, student.variable(name), texts)


def labels_of(student: Any, texts: Sequence[str]) -> list[str]:
    """student.predict of all texts, a part at a time; Mistake where something else than as many labels comes back."""
    answers: list[str] = []
    for start in range(0, len(texts), AT_ONCE):
        part = list(texts[start:start + AT_ONCE])
        result = student.predict(part, timeout=SECONDS)
        expect.true(isinstance(result, (list, tuple)), f"predict should return a list of labels, but {expect.kind(result)} came.")
        expect.true(len(result) == len(part), f"predict got {len(part)} texts and returned {len(result)} labels.")
        for label in result:
            expect.true(label in ("negative", "positive"), f'predict should return "negative" or "positive" for each text, but one of them '
                                                           f"is {expect.kind(label) if not isinstance(label, str) else 'another text'}.")
        answers += result
    return answers


def asked(student: Any, classifier: Any, texts: Sequence[str]) -> Tensor:
    """student.class_probabilities of all texts; Mistake where rows are missing or are no probabilities."""
    parts = []
    for start in range(0, len(texts), AT_ONCE):
        part = list(texts[start:start + AT_ONCE])
        rows = expect.tensor(student.class_probabilities(classifier, part, timeout=SECONDS), name="class_probabilities")
        expect.true(tuple(rows.shape) == (len(part), 2), f"class_probabilities of {len(part)} texts should have shape ({len(part)}, 2) and has "
                                                         f"{tuple(rows.shape)}.")
        expect.rows_sum_to_one(rows, name="class_probabilities", hint="softmax over the classes, dim=-1.")
        parts.append(rows.double())
    return torch.cat(parts) if parts else torch.zeros(0, 2)
