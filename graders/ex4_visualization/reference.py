"""The right answers, worked out by slow obvious loops. No torch function does here what a student
is asked to write."""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from attention_lab.text import UNK


def each_row(weights: Tensor, measure) -> Tensor:
    """`measure` of each row (a list of numbers) of weights (..., T_k), as a tensor (...)."""
    flat = weights.double().reshape(-1, weights.shape[-1]).tolist()
    return torch.tensor([measure(row) for row in flat], dtype=torch.float64).reshape(
        weights.shape[:-1]
    )


def entropy(weights: Tensor, mask: Tensor | None = None) -> Tensor:
    """(..., T_k) -> (...), in nats; masked places left out, the rest made to sum to 1."""
    allowed = (
        torch.ones_like(weights, dtype=torch.bool) if mask is None else mask.expand(weights.shape)
    )
    marked = weights.double().masked_fill(~allowed, -1.0)  # -1: left out

    def of_row(row: list[float]) -> float:
        left = [weight for weight in row if weight > 0]
        return -sum(w / sum(left) * math.log(w / sum(left)) for w in left)

    return each_row(marked, of_row)


def distance(weights: Tensor) -> Tensor:
    """(..., T_q, T_k) -> (..., T_q): the mean of |i - j|."""
    result = torch.zeros(weights.shape[:-1], dtype=torch.float64)
    for i in range(weights.shape[-2]):
        for j in range(weights.shape[-1]):
            result[..., i] += weights[..., i, j].double() * (i - j if i > j else j - i)
    return result


def alignment(weights: Tensor) -> list[tuple[int, int]]:
    """Pairs (target, source); the first of equals; nothing for a row of zeros."""
    pairs = []
    for i, row in enumerate(weights.tolist()):
        if max(row) > 0:
            pairs.append((i, row.index(max(row))))
    return pairs


def error_rate(predicted: Sequence, sure: Sequence, possible: Sequence) -> float:
    """Och & Ney 2003, by counting pairs one at a time."""
    A, S = list(dict.fromkeys(predicted)), list(dict.fromkeys(sure))
    if not A and not S:
        return 0.0
    hits = sum(pair in S for pair in A) + sum(pair in S or pair in possible for pair in A)
    return 1 - hits / (len(A) + len(S))


def rollout(attentions: Sequence[Tensor]) -> Tensor:
    """Abnar & Zuidema 2020, as walkers: (T, T), where the one that starts on top at place i comes
    out."""
    T = attentions[0].shape[-1]
    result = torch.zeros(T, T, dtype=torch.float64)
    for start in range(T):
        where = [1.0 if place == start else 0.0 for place in range(T)]
        for layer in reversed(attentions):
            heads = layer.double().tolist()
            moved = [0.5 * share for share in where]  # half stays: the residual connection
            for place, share in enumerate(where):
                for head in heads:
                    for j in range(T):
                        moved[j] += 0.5 * share * head[place][j] / len(heads)
            where = moved
        result[start] = torch.tensor(where, dtype=torch.float64)
    return result


def judged(
    tokens: Sequence[str], votes: Mapping[str, Sequence[float]], other: Sequence[float]
) -> list[float]:
    """What attention_lab.scripted.ScriptedClassifier answers: the probability of each class."""
    logits = [
        sum((1 + 0.25 * place) * votes.get(token, other)[c] for place, token in enumerate(tokens))
        for c in range(len(other))
    ]
    total = sum(math.exp(logit) for logit in logits)
    return [math.exp(logit) / total for logit in logits]


def most_looked_at(looks: Sequence[float], k: int) -> list[int]:
    """The k places of the largest numbers; the earlier of equals."""
    return sorted(sorted(range(len(looks)), key=lambda place: (-looks[place], place))[:k])


def hidden(tokens: Sequence[str], places: Sequence[int]) -> list[str]:
    return [UNK if place in places else token for place, token in enumerate(tokens)]
