"""What is right, worked out the slow and obvious way: loops and closed forms, in float64.

Nothing here is shared with the notebook's solution."""

import math

import torch
from torch import Tensor


def scores(outputs: Tensor, weights: dict[str, Tensor]) -> Tensor:
    """v . tanh(W h + b), one output at a time. outputs (B, T, H) -> (B, T)."""
    W, b, v = (weights[name].double() for name in ("W.weight", "W.bias", "v.weight"))
    result = torch.zeros(outputs.shape[:2], dtype=torch.float64)
    for row in range(outputs.shape[0]):
        for t in range(outputs.shape[1]):
            result[row, t] = v[0] @ torch.tanh(W @ outputs[row, t].double() + b)
    return result


def shares(scores: Tensor, mask: Tensor) -> Tensor:
    """Each row of scores (B, T) as weights over the real tokens; a row without any is all zero."""
    weights = torch.zeros_like(scores)
    for row in range(scores.shape[0]):
        real = [t for t in range(scores.shape[1]) if mask[row, t]]
        top = max((scores[row, t].item() for t in real), default=0.0)
        parts = [math.exp(scores[row, t].item() - top) for t in real]
        for t, part in zip(real, parts, strict=False):
            weights[row, t] = part / sum(parts)
    return weights


def mix(weights: Tensor, outputs: Tensor) -> Tensor:
    """weights (B, T), outputs (B, T, H) -> (B, H), one weighted sum at a time."""
    pooled = torch.zeros(outputs.shape[0], outputs.shape[2], dtype=torch.float64)
    for row in range(outputs.shape[0]):
        for t in range(outputs.shape[1]):
            pooled[row] += weights[row, t].double() * outputs[row, t].double()
    return pooled


class Bag:
    """The bag classifier of attention_lab.stand_ins, by hand: its loss, and the gradient in closed
    form.

    table (V, C)
    scale and noise as there; a batch is (token_ids (B, T), lengths (B,), labels (B,))"""

    def __init__(self, table: Tensor, scale: float = 1.0, noise: float = 0.0) -> None:
        self.table, self.scale, self.noise = table.double().clone(), scale, noise

    def logits(self, token_ids: Tensor, lengths: Tensor) -> Tensor:
        rows = [
            self.scale * self.table[ids[:length]].mean(dim=0)
            for ids, length in zip(token_ids, lengths.tolist(), strict=False)
        ]
        logits = torch.stack(rows)
        logits[:, 0] += self.noise
        return logits

    def losses(self, token_ids: Tensor, lengths: Tensor, labels: Tensor) -> Tensor:
        """(B,) the loss of each text."""
        logits = self.logits(token_ids, lengths)
        return torch.logsumexp(logits, dim=-1) - logits.gather(1, labels.unsqueeze(1)).squeeze(1)

    def gradient(self, token_ids: Tensor, lengths: Tensor, labels: Tensor) -> Tensor:
        """(V, C) of the batch's mean loss."""
        slope = torch.softmax(self.logits(token_ids, lengths), dim=-1)
        slope[torch.arange(len(labels)), labels] -= 1
        gradient = torch.zeros_like(self.table)
        for ids, length, row in zip(token_ids, lengths.tolist(), slope, strict=False):
            for word in ids[:length].tolist():
                gradient[word] += self.scale * row / length / len(labels)
        return gradient
