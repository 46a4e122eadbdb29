"""What is right, worked out the slow and obvious way: loops, closed forms and
`torch.nn.functional`.

Nothing here is shared with the notebook's solution. Sums run in float64, so that the oracle's own
rounding never decides a mark.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def padding_mask(lengths: Tensor, max_length: int) -> Tensor:
    """lengths (B,) -> (B, max_length), True where the position holds a token."""
    mask = torch.zeros(len(lengths), max_length, dtype=torch.bool)
    for row, length in enumerate(lengths.tolist()):
        for position in range(max_length):
            mask[row, position] = position < length
    return mask


def additive_scores(
    query: Tensor, key: Tensor, W_query: Tensor, W_key: Tensor, v: Tensor
) -> Tensor:
    """v . tanh(W_query q + W_key k) for every query and key, one pair at a time.

    query (B, T_q, query_size)   key (B, T_k, key_size)   W_query (H, query_size)
    W_key (H, key_size)   v (1, H)
    Returns scores (B, T_q, T_k). Bahdanau et al. 2014, appendix A.1.2."""
    query, key, W_query, W_key, v = (tensor.double() for tensor in (query, key, W_query, W_key, v))
    scores = torch.zeros(query.shape[0], query.shape[1], key.shape[1], dtype=torch.float64)
    for b in range(query.shape[0]):
        for i in range(query.shape[1]):
            for j in range(key.shape[1]):
                scores[b, i, j] = v[0] @ torch.tanh(W_query @ query[b, i] + W_key @ key[b, j])
    return scores


def masked_softmax(scores: Tensor, mask: Tensor | None) -> Tensor:
    """Each row of `scores` (B, T_q, T_k) as weights over the allowed keys; a row without any
    allowed key is all zero."""
    allowed = (
        torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand(scores.shape)
    )
    weights = torch.zeros_like(scores)
    for b in range(scores.shape[0]):
        for i in range(scores.shape[1]):
            keys = [j for j in range(scores.shape[2]) if allowed[b, i, j]]
            if not keys:
                continue
            top = max(scores[b, i, j].item() for j in keys)
            shares = [math.exp(scores[b, i, j].item() - top) for j in keys]
            for j, share in zip(keys, shares, strict=False):
                weights[b, i, j] = share / sum(shares)
    return weights


def mix(weights: Tensor, value: Tensor) -> Tensor:
    """weights (B, T_q, T_k), value (B, T_k, d_v) -> context (B, T_q, d_v), one weighted sum at a
    time."""
    value = value.double()
    context = torch.zeros(weights.shape[0], weights.shape[1], value.shape[2], dtype=torch.float64)
    for b in range(weights.shape[0]):
        for i in range(weights.shape[1]):
            for j in range(weights.shape[2]):
                context[b, i] += weights[b, i, j].double() * value[b, j]
    return context


def additive_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, weights: dict[str, Tensor]
) -> tuple[Tensor, Tensor]:
    """context (B, T_q, d_v) and attention_weights (B, T_q, T_k) of Bahdanau's attention with the
    given parameters."""
    scores = additive_scores(
        query, key, weights["W_query.weight"], weights["W_key.weight"], weights["v.weight"]
    )
    attention_weights = masked_softmax(scores, mask)
    return mix(attention_weights, value), attention_weights


def sequence_loss(logits: Tensor, target_ids: Tensor, pad_id: int) -> Tensor:
    """Mean of -log p(target) over the tokens that are not padding. logits (B, T, V), target_ids (B,
    T)."""
    total, count = torch.zeros((), dtype=torch.float64), 0
    for b in range(target_ids.shape[0]):
        for t in range(target_ids.shape[1]):
            if target_ids[b, t] != pad_id:
                row = logits[b, t].double()
                total = total + torch.logsumexp(row, dim=0) - row[target_ids[b, t]]
                count += 1
    return total / count


def sequence_loss_gradient(logits: Tensor, target_ids: Tensor, pad_id: int) -> Tensor:
    """The loss's gradient in closed form: (softmax - one-hot) / number of real tokens, zero at
    padding."""
    gradient = torch.softmax(logits.double(), dim=-1) - F.one_hot(target_ids, logits.shape[-1])
    real = target_ids != pad_id
    return gradient * real.unsqueeze(-1) / real.sum()
