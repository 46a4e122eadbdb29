"""What the hidden tests of the trained classifiers share: held-out reviews, and what was asked
already.

The labels stay here; only texts go into the sandbox."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from kireji.testing import StudentError, expect

from . import classifier_answers, measures, shared_data
from .altered import altered
from .trained_model import TrainedModel

LOOKED_INTO = 200  # texts, drawn at random, on which a model's weights must be what it knows
BURIED = 2  # neutral sentences around these, for long_model


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
def held_out(once: Callable, rng: torch.Generator) -> shared_data.HeldOut:
    """The reviews that no student has seen, in an order that mixes the labels, and in other words
    for each submission."""
    whole = shared_data.held_out()
    return once(
        "held_out", lambda: shared_data.HeldOut(altered(whole.texts, rng), list(whole.labels))
    )


@pytest.fixture
def trained(
    student: Any,
    submitted: Mapping[str, bytes],
    held_out: shared_data.HeldOut,
    once: Callable,
    rng: torch.Generator,
) -> Callable[[str], TrainedModel]:
    """trained(name): the notebook's classifier `name`, where what it knows is in the submitted
    weights. It is made anew for each test: handles end with their test."""

    def looked_into(name: str) -> tuple[list[str], list[str]]:
        some = torch.randperm(len(held_out.texts), generator=rng)[:LOOKED_INTO].tolist()
        texts = [held_out.texts[i] for i in some]
        if name != "model":
            texts = [measures.bury(text, BURIED, rng) for text in texts]
        return texts, [held_out.labels[i] for i in some]

    def trained(name: str) -> TrainedModel:
        model = TrainedModel(student, submitted, name)
        once(f"{name} earns", lambda: model.earns(*looked_into(name), rng))
        return model

    return trained


@pytest.fixture
def probabilities(trained: Callable[[str], TrainedModel]) -> Callable[[str, Sequence[str]], Tensor]:
    """probabilities(name, texts) -> (len(texts), 2): what the classifier `name` answers, asked by
    the grader."""
    return lambda name, texts: trained(name).ask(texts).probabilities


@pytest.fixture
def predicted(
    student: Any,
    trained: Callable[[str], TrainedModel],
    held_out: shared_data.HeldOut,
    once: Callable,
) -> list[str]:
    """The student's label for every held-out review, where it is the trained model's."""

    def ask() -> list[str]:
        model = trained("model")
        answers = classifier_answers.labels_of(student, held_out.texts)
        classifier_answers.check_labels(answers, model.ask(held_out.texts).probabilities)
        return answers

    return once("predicted", ask)
