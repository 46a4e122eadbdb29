"""Trained weights as safetensors: numbers and text, no code, so that a stranger's file is safe to
open."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn


class CheckpointError(Exception):
    """A checkpoint cannot be used; the message says why in one sentence."""


def save_checkpoint(model: nn.Module, path: str | Path, metadata: Mapping[str, str]) -> None:
    """Write the model's parameters and buffers, and `metadata` as text; an older file stays whole
    until the new one is.

    With it goes a line of chance that tells one training's file from another's, where both came to
    the same numbers."""
    path = Path(path)
    tensors = {
        name: tensor.detach().clone().contiguous() for name, tensor in model.state_dict().items()
    }
    draft = path.with_name(f".{path.name}.unfinished")
    save_file(tensors, draft, {**metadata, "training": secrets.token_hex(8)})
    os.replace(draft, path)


def load_checkpoint(
    model: nn.Module, path: str | Path, must_match: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Put the weights of a checkpoint into `model`; return the text saved with them.

    CheckpointError when the file is missing, is no safetensors file, belongs to a model of other
    shapes, holds nan or infinity, or was saved with other text under a key of `must_match` (such as
    another vocabulary)."""
    path = Path(path)
    tensors, metadata = _read(path)
    for key, text in (must_match or {}).items():
        if metadata.get(key) != text:
            raise CheckpointError(
                f"{path.name} was trained with another {key.replace('_', ' ')} than this notebook"
                " has."
            )
    if not all(bool(tensor.isfinite().all()) for tensor in tensors.values()):
        raise CheckpointError(
            f"{path.name} holds nan or infinite weights: its training went wrong."
        )
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        problems = str(error).splitlines()[1:] or [str(error)]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise CheckpointError(
            f"{path.name} belongs to another model than this notebook builds: "
            f"{problems[0].strip()}{more}"
        ) from error
    return metadata


def saved_with(path: str | Path) -> dict[str, str]:
    """The text that was saved with a checkpoint, such as its vocabulary. CheckpointError as for
    `load_checkpoint`."""
    return _read(Path(path))[1]


def _read(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """The tensors and the text of a checkpoint."""
    if not path.is_file():
        raise CheckpointError(
            f"There is no checkpoint {path.name}: train the model, save the notebook, "
            "and submit that file together with it."
        )
    try:
        with safe_open(path, framework="pt") as file:
            names = file.keys()  # the file itself cannot be iterated
            return {name: file.get_tensor(name) for name in names}, file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path.name} is not a safetensors file that can be read ({error})."
        ) from error
