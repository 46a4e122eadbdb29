"""What the hidden tests of the trained classifiers share: held-out reviews, and what was asked
already.

The labels stay here; only texts go into the sandbox."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from torch import Tensor

from kireji.testing import StudentError, expect

from . import classifier_answers, shared_data


@pytest.fixture(scope="session")
def held_out() -> shared_data.HeldOut:
    """The reviews that no student has seen, in an order that mixes the labels."""
    return shared_data.held_out()


@pytest.fixture(scope="session")
def memory() -> dict[str, Any]:
    """What was asked once and serves several tests; a pytest session sees one submission."""
    return {}


@pytest.fixture
def once(memory: dict[str, Any]) -> Callable[[str, Callable[[], Any]], Any]:
    """once(name, ask): ask()'s answer, asked the first time only; if that failed, each test that
    needs it fails alike."""

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
def predicted(student: Any, held_out: shared_data.HeldOut, once: Callable) -> list[str]:
    """The student's label for every held-out review."""

    def ask() -> list[str]:
        answers = classifier_answers.labels_of(student, held_out.texts)
        classifier_answers.check_labels(student, held_out.texts, answers)
        return answers

    return once("predicted", ask)


@pytest.fixture
def probabilities(student: Any) -> Callable[[str, Sequence[str]], Tensor]:
    """probabilities(name, texts) -> (len(texts), 2): class_probabilities of the notebook's
    classifier `name`."""
    return lambda name, texts: classifier_answers.probabilities_of(student, name, texts)
