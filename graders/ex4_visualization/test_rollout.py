"""attention_rollout: maps of layers, chained."""

from collections.abc import Sequence

import torch
from torch import Tensor

from kireji.feedback import pictures
from kireji.testing import expect, graded

from . import drawn_maps, reference

T = 5


def layers(rng, *heads: int) -> list[Tensor]:
    """For each number of heads a layer (H, T, T)."""
    return [drawn_maps.rows(H, T, T, rng=rng, sharp=3.0) for H in heads]


def product(maps: Sequence[Tensor], backwards: bool = False) -> Tensor:
    result = maps[0]
    for one in maps[1:]:
        result = result @ one if backwards else one @ result
    return result


def mistakes(attentions: Sequence[Tensor]) -> dict[str, Tensor]:
    """{what the student did: what it gives}"""
    attentions = [layer.double() for layer in attentions]
    identity = torch.eye(attentions[0].shape[-1], dtype=torch.float64)
    means = [layer.mean(dim=0) for layer in attentions]
    mixed = [0.5 * (mean + identity) for mean in means]
    wrong = {
        "the identity is left out: half of every layer stays where it was": product(means),
        "the identity is left out, and the layers are multiplied in the wrong order": product(
            means, backwards=True
        ),
        "the layers are multiplied in the wrong order: a later layer comes from the left": product(
            mixed, backwards=True
        ),
        "the identity is added, but the sum is not halved: rows no longer sum to 1": product(
            [mean + identity for mean in means]
        ),
        "the identity is added once at the end, not in every layer": 0.5
        * (product(means) + identity),
        "only the last layer is used": mixed[-1],
        "only the first layer is used": mixed[0],
        "the layers are averaged, not multiplied": torch.stack(mixed).mean(dim=0),
        "the layers are multiplied cell by cell (*), not as matrices (@)": (
            torch.stack(mixed).prod(dim=0)
        ),
        "the result is transposed: rows are the places on top": product(mixed).T,
        "the identity counts as much as all layers before it, not half": product(
            [0.1 * mean + 0.9 * identity for mean in means]
        ),
        "the heads are added up, not averaged": product(
            [0.5 * (layer.sum(dim=0) + identity) for layer in attentions]
        ),
        "the heads are added up, not averaged, and each row divided by its sum afterwards": product(
            [share(layer.sum(dim=0) + identity) for layer in attentions]
        ),
        "the largest of the heads is taken, not their mean": product(
            [0.5 * (layer.max(dim=0).values + identity) for layer in attentions]
        ),
        (
            "the largest of the heads is taken, not their mean, and each row divided by its sum "
            "afterwards"
        ): product([share(layer.max(dim=0).values + identity) for layer in attentions]),
        "only the first head is used": product(
            [0.5 * (layer[0] + identity) for layer in attentions]
        ),
        "only the last head is used": product(
            [0.5 * (layer[-1] + identity) for layer in attentions]
        ),
        "the columns are divided by their sums, not the rows": product(
            [(one / one.sum(dim=0)) for one in mixed]
        ),
    }
    if len({len(layer) for layer in attentions}) == 1:
        heads = [
            product([0.5 * (layer[h] + identity) for layer in attentions])
            for h in range(len(attentions[0]))
        ]
        wrong[
            "the heads are rolled out one by one and averaged at the end: average them in each"
            " layer"
        ] = torch.stack(heads).mean(dim=0)
        wrong["the heads are not averaged: (T, T) is required"] = torch.stack(heads)
    return wrong


def share(rows: Tensor) -> Tensor:
    return rows / rows.sum(dim=-1, keepdim=True)


def judged(value, attentions: Sequence[Tensor], hint: str = "", attach=None) -> None:
    right, known = reference.rollout(attentions), mistakes(attentions)
    if isinstance(value, Tensor) and value.shape != right.shape:
        for mistake, wrong in known.items():
            expect.true(
                not (
                    wrong.shape == value.shape and torch.allclose(value.double(), wrong, atol=1e-4)
                ),
                f"{expect.NAMED} {mistake}.",
            )
    try:
        expect.close(value, right, diagnoses=known, name="the rollout", hint=hint)
    except expect.Mistake:
        if (
            attach
            and isinstance(value, Tensor)
            and value.shape == right.shape
            and value.is_floating_point()
            and value.isfinite().all()
        ):
            names = [str(place) for place in range(len(right))]
            attach(
                pictures.attention_comparison(value, right, names, names),
                "Your rollout (first), the right one, and the difference",
            )
        raise


@graded("rollout", weight=2)
def test_one_layer(student, rng):
    """Of one layer with one head: half its map, half the identity."""
    attentions = layers(rng, 1)
    judged(student.attention_rollout(attentions), attentions)


@graded("rollout", weight=2)
def test_heads_are_averaged(student, rng):
    """The heads of a layer are averaged."""
    attentions = layers(rng, 3)
    judged(student.attention_rollout(attentions), attentions)


@graded("rollout", weight=3)
def test_layers_are_chained(student, rng, attach):
    """Layers are multiplied, a later one from the left, each with its half of the identity."""
    for heads in ((1, 1), (2, 2, 2)):
        attentions = layers(rng, *heads)
        judged(student.attention_rollout(attentions), attentions, attach=attach)


@graded("rollout", weight=1)
def test_layers_of_different_widths(student, rng):
    """Layers may have different numbers of heads, and there may be many."""
    attentions = layers(rng, 4, 1, 3, 2, 2, 1)
    value = student.attention_rollout(attentions)
    expect.tensor(value, (T, T), name="the rollout")
    expect.rows_sum_to_one(
        value,
        name="the rollout",
        hint="Half of a map whose rows sum to 1 and half of the identity sum to 1 again.",
    )
    judged(value, attentions)


@graded("rollout", weight=1)
def test_inputs_stay(student, rng):
    """The maps given are left as they were."""
    attentions = layers(rng, 2, 2)
    handles = [student.make("torch.clone", layer) for layer in attentions]
    judged(student.attention_rollout(handles), attentions)
    for before, handle in zip(attentions, handles, strict=False):
        after = handle.get("data")
        expect.true(
            isinstance(after, Tensor) and torch.equal(after, before),
            "The maps given are changed in place: +=, *=, and operations that end in _ do that.",
        )


@graded("rollout", weight=1)
def test_no_layer(student, rng):
    """Without any layer there is nothing to roll out: ValueError."""
    expect.raises("ValueError", lambda: student.attention_rollout([]))
