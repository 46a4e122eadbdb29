"""What the hidden tests of the trained model share: held-out sentences, and what the student's
model says to them.

The references stay here; only French sentences go into the sandbox."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest
import torch

from attention_lab.metrics import bleu
from kireji.testing import StudentError, expect

from . import shared_data
from .altered import altered
from .trained_model import TrainedModel

AT_ONCE = 101  # sentences in a call: a slow but honest loop gets its time for each
SECONDS = 60.0  # for a call
LOOKED_INTO = 60  # translations, drawn at random, that must be the model's doing
KNOWN = 0.2  # of the BLEU on sentences as the archive has them, altered ones reach at least this
SOME = 20  # altered sentences, so that their BLEU says something


class Asked(NamedTuple):
    """The held-out sentences that this submission is asked, and which of them are altered."""

    sources: list[str]
    references: list[list[str]]
    changed: list[bool]


@pytest.fixture(scope="session")
def memory() -> dict[str, Any]:
    """What was asked once and serves several tests; a pytest session sees one submission."""
    return {}


def once(memory: dict[str, Any], what: str, ask: Callable[[], Any]) -> Any:
    """What `ask` gives. Asked once: if it failed, each test that needs it fails alike."""
    if what not in memory:
        try:
            memory[what] = ask()
        except (expect.Mistake, StudentError) as error:
            memory[what] = error
    if isinstance(memory[what], Exception):
        raise memory[what]
    return memory[what]


@pytest.fixture
def held_out(memory: dict[str, Any], rng: torch.Generator) -> Asked:
    """Sentences that no student has seen, with other names and numbers for each submission."""

    def draw() -> Asked:
        whole, changed = altered(shared_data.held_out(), rng)
        return Asked(*whole, changed)

    return once(memory, "held_out", draw)


@pytest.fixture
def trained(student: Any, submitted: Mapping[str, bytes], memory: dict[str, Any]) -> TrainedModel:
    """The trained model. Its handle is made anew: handles end with their test."""
    return TrainedModel(student, submitted)


@pytest.fixture
def translations(
    student: Any,
    trained: TrainedModel,
    held_out: Asked,
    memory: dict[str, Any],
    rng: torch.Generator,
) -> list[str]:
    """The student's translation of every held-out sentence, where it is the trained model's."""

    def ask() -> list[str]:
        said = translated(student, held_out.sources)
        some = torch.randperm(len(said), generator=rng)[:LOOKED_INTO].tolist()
        sources, answers, references = (
            [column[i] for i in some] for column in (held_out.sources, said, held_out.references)
        )
        trained.earns(
            lambda sentences: translated(student, sentences), sources, answers, references, rng
        )
        not_looked_up(said, held_out)
        return said

    return once(memory, "translations", ask)


def not_looked_up(said: list[str], asked: Asked) -> None:
    """Mistake where sentences are known as they are in a public archive, and unknown with another
    name in them."""

    def value(changed: bool) -> float:
        rows = [i for i, is_changed in enumerate(asked.changed) if is_changed == changed]
        return bleu([said[i] for i in rows], [asked.references[i] for i in rows])

    if sum(asked.changed) < SOME:
        return
    plain, other = value(False), value(True)
    expect.true(
        other >= KNOWN * plain,
        "With another name, place or number in them, sentences are translated with BLEU"
        f" {other:.1f}, and {plain:.1f} as they were: a model that has learned the words hardly"
        " notices, a table of sentences does.",
    )


def translated(student: Any, sources: list[str]) -> list[str]:
    """student.translate of all `sources`, a part at a time; Mistake where something else than as
    many texts comes back."""
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
        for i, text in zip(part, result, strict=False):
            expect.true(
                isinstance(text, str),
                f"translate should return a list of texts, but one of them is {expect.kind(text)}.",
            )
            answers[i] = text
    return [answers[i] for i in range(len(sources))]
