"""The weights that were handed in: what the points of a trained model are earned by.

A submission's checkpoint is data, so it is read here, outside of the sandbox. A hidden test
compares it with what the notebook's model holds, and looks whether the model's answers come from
it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Generator, Tensor

from . import expect
from .student import Handle

MAX_HEADER_BYTES = 4_000_000  # of the text before the numbers; a vocabulary takes some 30 kB
NUDGE = 0.01  # the share by which a weight is changed where that should change nothing


@dataclass(frozen=True)
class Checkpoint:
    """A safetensors file of a submission: its tensors by name, and the text saved with them."""

    name: str
    tensors: Mapping[str, Tensor]
    text: Mapping[str, str]


def read(files: Mapping[str, bytes], name: str) -> Checkpoint:
    """The checkpoint `name` among the submitted files. Mistake if it is missing or unreadable."""
    expect.true(
        name in files,
        f"{name} was not submitted: the points of a trained model are those of the weights in this"
        " file.",
    )
    content = files[name]
    try:
        return Checkpoint(name, safetensors.torch.load(content), _text(content))
    except (SafetensorError, ValueError, KeyError, RecursionError, OverflowError) as error:
        raise expect.Mistake(
            f"{name} is not a safetensors file that can be read ({type(error).__name__})."
        ) from None


def _text(content: bytes) -> dict[str, str]:
    """The metadata of a safetensors file. ValueError if it is larger than any model needs."""
    size = int.from_bytes(content[:8], "little")
    if size > MAX_HEADER_BYTES:
        raise ValueError("the header is too long")
    metadata: dict[str, str] = json.loads(content[8 : 8 + size]).get("__metadata__", {})
    return metadata


def held_by(model: Handle, checkpoint: Checkpoint, what: str = "`model`") -> None:
    """Mistake unless the model holds the checkpoint's tensors, each under its name."""
    state = model.parameters()
    expect.true(
        isinstance(state, dict) and all(isinstance(value, Tensor) for value in state.values()),
        f"{what} has no state_dict of tensors: it should still be the model that the notebook"
        " builds.",
    )
    missing = sorted(checkpoint.tensors.keys() ^ state.keys())
    expect.true(
        not missing,
        f"{what} and {checkpoint.name} do not belong together: {len(missing)} of their tensors are"
        f" in one of them only, such as {ascii(missing[0])[:80] if missing else ''}.",
    )
    other = [
        name
        for name, tensor in checkpoint.tensors.items()
        if not (
            tensor.shape == state[name].shape and torch.equal(tensor.double(), state[name].double())
        )
    ]
    expect.true(
        not other,
        f"{what} does not hold the weights of {checkpoint.name}: {len(other)} of {len(state)}"
        " tensors differ when the notebook has run, such as"
        f" {ascii(other[0])[:80] if other else ''}. Does a cell after the training build the model"
        " anew, or train it further?",
    )


@contextmanager
def shuffled(model: Handle, checkpoint: Checkpoint, rng: Generator) -> Iterator[None]:
    """For the length of the block, every tensor's numbers are in another order.

    A model keeps its size and the scale of its weights, and loses all that it has learned."""
    with _loaded(
        model,
        checkpoint,
        {
            name: tensor.flatten()[torch.randperm(tensor.numel(), generator=rng)].view(tensor.shape)
            for name, tensor in checkpoint.tensors.items()
        },
    ):
        yield


@contextmanager
def nudged(model: Handle, checkpoint: Checkpoint, rng: Generator) -> Iterator[None]:
    """For the length of the block, every weight is larger or smaller by about a hundredth of
    itself.

    What has been learned stays; only what asks for these very weights notices."""
    with _loaded(
        model,
        checkpoint,
        {
            name: tensor * (1 + NUDGE * torch.randn(tensor.shape, generator=rng)).to(tensor.dtype)
            if tensor.is_floating_point()
            else tensor
            for name, tensor in checkpoint.tensors.items()
        },
    ):
        yield


@contextmanager
def _loaded(model: Handle, checkpoint: Checkpoint, tensors: dict[str, Tensor]) -> Iterator[None]:
    model.load(tensors)
    try:
        yield
    finally:
        model.load(checkpoint.tensors)
