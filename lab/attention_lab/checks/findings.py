"""What several checks look for in a student's answers."""

import torch
from torch import Tensor, nn


def agree(actual: Tensor, expected: Tensor) -> bool:
    """Whether two tensors of one shape agree up to rounding, whatever their dtypes are."""
    return actual.shape == expected.shape and torch.allclose(
        actual.double(), expected.double(), atol=1e-5
    )


def are_probabilities(scores: Tensor) -> bool:
    """Whether every row of `scores` (B, n) is a distribution already: a softmax was applied."""
    sums = scores.sum(dim=-1)
    return bool((scores >= 0).all()) and torch.allclose(sums, torch.ones_like(sums), atol=1e-4)


def word_learns(module: nn.Module, table: tuple[int, int], word: int) -> bool:
    """Whether the vector of `word` has a gradient, after backward().

    table: the shape of the embedding, found by shape because its name is the student's choice.
    True where no parameter has this shape: there is nothing to say."""
    gradients = [
        parameter.grad[word]
        for parameter in module.parameters()
        if tuple(parameter.shape) == table and parameter.grad is not None
    ]
    return not gradients or any(bool(gradient.ne(0).any()) for gradient in gradients)
