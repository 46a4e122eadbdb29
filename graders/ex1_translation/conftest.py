"""What the hidden tests of the trained model share: held-out sentences, and what the student's model says to them.

The references stay here; only French sentences go into the sandbox."""

from typing import Any

import pytest
import torch

from kireji.testing import StudentError, expect

from . import shared_data

AT_ONCE = 101  # sentences in a call: a slow but honest loop gets its time for each
SECONDS = 60.0  # for a call


@pytest.fixture(scope="session")
def held_out() -> shared_data.HeldOut:
    """The sentences that no student has seen."""
    return shared_data.held_out()


@pytest.fixture(scope="session")
def memory() -> dict[str, Any]:
    """What was asked once and serves several tests; a pytest session sees one submission."""
    return {}


@pytest.fixture
def translations(student: Any, held_out: shared_data.HeldOut, memory: dict[str, Any]) -> list[str]:
    """The student's translation of every held-out sentence. Asked once: if it failed, each test that needs it fails alike."""
    if "translations" not in memory:
        try:
            memory["translations"] = translated(student, held_out.sources)
        except (expect.Mistake, StudentError) as error:
            memory["translations"] = error
    answer = memory["translations"]
    if isinstance(answer, Exception):
        raise answer
    return answer


def translated(student: Any, sources: list[str]) -> list[str]:
    """student.translate of all `sources`, a part at a time; Mistake where something else than as many texts comes back."""
    order = torch.randperm(
        len(sources), generator=torch.Generator().manual_seed(len(sources))
    ).tolist()
    answers: dict[int, str] = {}
    for start in range(0, len(order), AT_ONCE):
        part = order[start : start + AT_ONCE]
        result = student.translate([sources[i] for i in part], timeout=SECONDS)
        expect.true(
            isinstance(result, (list, tuple)),
            f"translate should return a list of texts, but {expect.kind(result)} came.",
        )
        expect.true(
            len(result) == len(part),
            f"translate got {len(part)} sentences and returned {len(result)}: one translation for "
            "each sentence, in the same order.",
        )
        for i, text in zip(part, result):
            expect.true(
                isinstance(text, str),
                f"translate should return a list of texts, but one of them is {expect.kind(text)}.",
            )
            answers[i] = text
    return [answers[i] for i in range(len(sources))]
