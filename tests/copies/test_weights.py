"""How alike two checkpoints are: copies in any disguise that is promised, and trainings that owe
each other nothing."""

import numpy as np
import pytest
import torch
from safetensors.numpy import save
from torch import nn

from kireji.copies.weights import alike, fingerprint


def trained(seed: int, steps: int = 30) -> dict[str, np.ndarray]:
    """A small model as it is after some steps: a GRU, an embedding, a linear layer; 25,000
    numbers."""
    torch.manual_seed(seed)
    parts = nn.ModuleDict(
        {
            "embedding": nn.Embedding(300, 32),
            "gru": nn.GRU(32, 64, batch_first=True),
            "out": nn.Linear(64, 10),
        }
    )
    optimizer, rng = torch.optim.Adam(parts.parameters(), 0.01), torch.Generator().manual_seed(0)
    for _ in range(steps):
        ids = torch.randint(300, (16, 7), generator=rng)
        loss = nn.functional.cross_entropy(
            parts["out"](parts["gru"](parts["embedding"](ids))[0][:, -1]), ids.sum(1) % 10
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {name: values.detach().numpy().copy() for name, values in parts.state_dict().items()}


@pytest.fixture(scope="module")
def weights():
    return trained(1)


def noisy(share):
    def change(weights):
        rng = np.random.default_rng(0)
        return {
            name: (values + share * values.std() * rng.standard_normal(values.shape)).astype("f")
            for name, values in weights.items()
        }

    return change


def shuffled(weights):
    """Hidden units in another order, each where it was consistently: the same function."""
    order = np.random.default_rng(0).permutation(64)
    gates = np.concatenate([order, order + 64, order + 128])
    moved = dict(weights)
    for name in ("gru.weight_ih_l0", "gru.bias_ih_l0", "gru.bias_hh_l0"):
        moved[name] = weights[name][gates]
    moved["gru.weight_hh_l0"] = weights["gru.weight_hh_l0"][gates][:, order]
    moved["out.weight"] = weights["out.weight"][:, order]
    moved["embedding.weight"] = (
        weights["embedding.weight"] + noisy(1e-3)(weights)["embedding.weight"] * 1e-4
    )
    return moved


DISGUISES = {
    "renamed and in another order": lambda weights: {
        f"x{name}": weights[name] for name in sorted(weights, reverse=True)
    },
    "another dtype": lambda weights: {
        name: values.astype(np.float64) for name, values in weights.items()
    },
    "half precision": lambda weights: {
        name: values.astype(np.float16) for name, values in weights.items()
    },
    "a little noise": noisy(1e-3),
    "all scaled": lambda weights: {name: 1.01 * values for name, values in weights.items()},
    "half of it one's own": lambda weights: (
        weights
        | {"embedding.weight": weights["embedding.weight"], "out.weight": trained(2)["out.weight"]}
    ),
    "hidden units in another order": shuffled,
}


@pytest.mark.parametrize("change", DISGUISES.values(), ids=DISGUISES)
def test_a_copy_in_disguise_is_alike(weights, change):
    found = alike(fingerprint(save(weights)), fingerprint(save(change(weights))))
    assert found is not None and found[0] >= 0.5


def test_the_same_bytes_are_the_same_file(weights):
    assert alike(fingerprint(save(weights)), fingerprint(save(weights))) == (1.0, "the same file")
    assert alike(fingerprint(b"the same nonsense"), fingerprint(b"the same nonsense")) == (
        1.0,
        "the same file",
    )
    other = alike(fingerprint(save(weights)), fingerprint(save(weights, {"training": "another"})))
    assert other[0] == 1.0 and "other text" in other[1]


def test_trainings_of_their_own_are_not(weights):
    assert alike(fingerprint(save(weights)), fingerprint(save(trained(2)))) is None


def test_the_same_beginning_and_another_course_is_not(weights):
    """The same seed, as everybody has it, and a training that went on differently."""
    assert alike(fingerprint(save(weights)), fingerprint(save(trained(1, steps=45)))) is None


@pytest.mark.parametrize(
    "one",
    [
        b"",
        b"nonsense",
        save({"a": np.zeros((100, 100), "f")}),
        save({"a": np.full(500, np.nan, "f")}),
        save({"a": np.arange(10, dtype="f")}),
    ],
)
def test_what_says_nothing_is_not_compared(weights, one):
    for other in (
        save(weights),
        save({"a": np.zeros((100, 100), "f"), "b": np.ones(3, "f")}),
        save({"a": np.full((500,), np.inf, "f")}),
    ):
        assert alike(fingerprint(one), fingerprint(other)) is None
