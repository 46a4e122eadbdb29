"""What is asked of a submission once and serves several hidden tests: it takes seconds, and the
answer does not change."""

from collections.abc import Callable
from typing import Any

import pytest

from kireji.testing import Mistake, StudentError

from . import remeasure, reported_rows


class Once:
    """Keeps what a question was answered; a question that failed fails alike for every test that
    asks it."""

    def __init__(self) -> None:
        self.kept: dict[Any, Any] = {}

    def __call__(self, what: Any, ask: Callable[[], Any]) -> Any:
        if what not in self.kept:
            try:
                self.kept[what] = ask()
            except (Mistake, StudentError) as error:
                self.kept[what] = error
        answer = self.kept[what]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(scope="session")
def once() -> Once:
    """A pytest session sees one submission."""
    return Once()


@pytest.fixture
def reported(student, once):
    """The rows of compare()."""
    return once("compare", lambda: reported_rows.read(student.compare(timeout=90)))


@pytest.fixture
def predicted(student, once, rng):
    """predicted(mechanism, task, length) -> a fresh batch, and what `predict` answers to it."""

    def predicted(mechanism: str, task: str, length: int):
        def ask():
            batch = remeasure.fresh(task, length, remeasure.REPORTED, rng)
            return batch, remeasure.predicted(student, mechanism, task, batch)

        return once((mechanism, task, length, "predict"), ask)

    return predicted


@pytest.fixture
def accuracy(student, submitted, once, rng):
    """accuracy(mechanism, task, length) of the submitted weights, rebuilt here; 0 for a model that
    is not there."""
    models: dict[Any, Any] = {}

    def measure(mechanism: str, task: str, length: int) -> float:
        batch = remeasure.fresh(task, length, remeasure.MEASURED, rng)
        try:
            if (mechanism, task) not in models:
                models[mechanism, task] = remeasure.rebuilt(student, submitted, mechanism, task)
            return remeasure.accuracy(remeasure.answers(models[mechanism, task], batch), batch)
        except (Mistake, StudentError) as error:
            if getattr(error, "type_name", "") == "NotDefined":
                raise
            return 0.0

    return lambda mechanism, task, length: once(
        (mechanism, task, length), lambda: measure(mechanism, task, length)
    )
