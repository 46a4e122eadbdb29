"""What is right, worked out the slow and obvious way: loops, closed forms and torch's own modules.

Nothing here is shared with the notebook's solution. Sums run in float64, so that the oracle's own
rounding never decides a mark.
"""

import math

import torch
from torch import Generator, Tensor, nn


def scores(query: Tensor, key: Tensor) -> Tensor:
    """query (B, T_q, d), key (B, T_k, d) -> the dot products (B, T_q, T_k)."""
    result = torch.zeros(query.shape[0], query.shape[1], key.shape[1], dtype=torch.float64)
    for b in range(query.shape[0]):
        for i in range(query.shape[1]):
            for j in range(key.shape[1]):
                result[b, i, j] = sum(
                    float(q) * float(k) for q, k in zip(query[b, i], key[b, j], strict=False)
                )
    return result


def weights(scores: Tensor, mask: Tensor | None) -> Tensor:
    """scores (B, T_q, T_k) -> shares of exp over the allowed keys; all 0 where none is allowed."""
    allowed = (
        torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand(scores.shape)
    )
    result = torch.zeros_like(scores)
    for place in torch.cartesian_prod(
        torch.arange(scores.shape[0]), torch.arange(scores.shape[1])
    ).tolist():
        keys = allowed[tuple(place)].nonzero().flatten().tolist()
        row = scores[tuple(place)]
        largest = max((float(row[j]) for j in keys), default=0.0)
        powers = {j: math.exp(float(row[j]) - largest) for j in keys}
        for j in keys:
            result[(*place, j)] = powers[j] / sum(powers.values())
    return result


def shares(scores: Tensor, mask: Tensor | None) -> Tensor:
    """What `attention_lab.stand_ins.share_weights` makes of scores (B, T_q, T_k)."""
    allowed = (
        torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand(scores.shape)
    )
    kept = allowed / (1 + torch.exp(-scores))
    return kept / kept.sum(dim=-1, keepdim=True).clamp_min(1e-9)


def mix(weights: Tensor, value: Tensor) -> Tensor:
    """weights (B, T_q, T_k), value (B, T_k, d_v) -> context (B, T_q, d_v), one product at a
    time."""
    result = torch.zeros(*weights.shape[:2], value.shape[2], dtype=torch.float64)
    for j in range(value.shape[1]):
        result += weights[:, :, j, None].double() * value[:, None, j].double()
    return result


def gaussian_window(center: Tensor, length: int, sigma: float) -> Tensor:
    """center (B, T_q) -> (B, T_q, length)."""
    result = torch.zeros(*center.shape, length, dtype=torch.float64)
    for b in range(center.shape[0]):
        for i in range(center.shape[1]):
            for s in range(length):
                result[b, i, s] = math.exp(-(((s - float(center[b, i])) / sigma) ** 2) / 2)
    return result


def causal_mask(T: int) -> Tensor:
    return torch.tensor([[key <= query for key in range(T)] for query in range(T)])


def positional_encoding(T: int, d_model: int) -> Tensor:
    rows = []
    for t in range(T):
        row = []
        for i in range(d_model // 2):
            angle = t / 10000 ** (2 * i / d_model)
            row += [math.sin(angle), math.cos(angle)]
        rows.append(row)
    return torch.tensor(rows, dtype=torch.float64).reshape(T, d_model)


def multi_head(d_model: int, n_heads: int, rng: Generator) -> nn.MultiheadAttention:
    """torch's own, in float64, with weights drawn here (its biases too, which torch leaves at
    0)."""
    module = nn.MultiheadAttention(d_model, n_heads, batch_first=True, dtype=torch.float64).eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=rng) / math.sqrt(d_model / 4))
    return module


def call_multi_head(
    module: nn.MultiheadAttention,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """The context and every head's weights. mask (B, T_q, T_k), True = may attend: torch's own is
    the opposite."""
    forbidden = None if mask is None else (~mask).repeat_interleave(module.num_heads, dim=0)
    with torch.no_grad():
        return module(
            query.double(),
            key.double(),
            value.double(),
            attn_mask=forbidden,
            average_attn_weights=False,
        )


def random_weights(
    d_k: int, factor: float, rng: Generator, n: int = 1000, n_keys: int = 32
) -> Tensor:
    """(n, n_keys) softmax of the dot products of normal queries and keys, times `factor`."""
    query = torch.randn(n, 1, d_k, generator=rng, dtype=torch.float64)
    key = torch.randn(n, n_keys, d_k, generator=rng, dtype=torch.float64)
    return torch.softmax(factor * (query * key).sum(dim=-1), dim=-1)


def jacobian_norm(d_k: int, factor: float, rng: Generator) -> Tensor:
    """(n,) Frobenius norms of the softmax's Jacobian at random scores times `factor`, in closed
    form.

    |diag(p) - p p^T|^2 = sum p^2 - 2 sum p^3 + (sum p^2)^2"""
    p = random_weights(d_k, factor, rng)
    return (p.pow(2).sum(1) - 2 * p.pow(3).sum(1) + p.pow(2).sum(1).pow(2)).clamp_min(0).sqrt()
