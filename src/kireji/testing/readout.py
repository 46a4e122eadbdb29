"""What a linear readout finds in the tensors of a submitted file, outside of the sandbox.

A model's own class can answer from a table, and hide it from every question that it is asked. It
cannot hide that the tensors of its file were never trained: a readout of these finds nothing."""

from collections.abc import Callable

import torch
from torch import Tensor

MAX_COLUMNS = 1024  # of a table; a wider one is read in part
STRENGTH = 1.0  # of the ridge, as a share of the mean square of an input


def rows_of(tensor: Tensor, n_rows: int) -> Tensor:
    """(n_rows, columns): the vector of each word in a tensor that has an axis of `n_rows`."""
    rows = tensor.movedim(tensor.shape.index(n_rows), 0).flatten(1)[:, :MAX_COLUMNS]
    return rows.double().nan_to_num(0.0, 0.0, 0.0)


def fitted(inputs: Tensor, outputs: Tensor) -> Callable[[Tensor], Tensor]:
    """The ridge regression from inputs (n, d) to outputs (n, k), as a function of other inputs."""
    input_mean, output_mean = inputs.mean(dim=0), outputs.mean(dim=0)
    x, y = inputs - input_mean, outputs - output_mean
    ridge = STRENGTH * len(x) * x.pow(2).mean().clamp_min(1e-30)
    squares = x.T @ x + ridge * torch.eye(x.shape[1], dtype=x.dtype)
    matrix = torch.linalg.solve(squares, x.T @ y)
    return lambda other: (other - input_mean) @ matrix + output_mean


def rank_of_own(predicted: Tensor, targets: Tensor) -> float:
    """How often a predicted vector (n, d) is more like its own target (n, d) than like another's.

    0.5 where the prediction knows nothing, 1 where each finds its own."""
    alike = torch.nn.functional.normalize(predicted, dim=1) @ (
        torch.nn.functional.normalize(targets, dim=1).T
    )
    own = alike.diagonal().unsqueeze(1)
    wins = (own > alike).double().sum() + 0.5 * ((own == alike).double().sum() - len(alike))
    return float(wins / (len(alike) * (len(alike) - 1)))
