"""A student who prints, warns, keeps helpers in a base class, and unites the mechanisms in one."""

import sys
import warnings

import matplotlib.pyplot as plt
import torch
from torch import nn


class Attention(nn.Module):
    def scores(self, query, key):
        return query @ key.swapaxes(-1, -2)

    def forward(self, query, key, value, mask=None, **ignored):
        print("attending", query.shape)
        warnings.warn("this is slow")
        scores = self.scores(query, key)
        allowed = (
            torch.ones_like(scores, dtype=torch.bool)
            if mask is None
            else mask.broadcast_to(scores.shape)
        )
        top = scores.where(allowed, -torch.inf).amax(-1, keepdim=True).clamp_min(-1e30).detach()
        powers = (scores - top).clamp_max(0).exp() * allowed
        weights = powers / (powers.sum(-1, keepdim=True) + (~allowed.any(-1, keepdim=True)))
        print("done", file=sys.stderr)
        return weights @ value, weights


class Scaled(Attention):
    def scores(self, query, key):
        return super().scores(query, key) / query.shape[-1] ** 0.5


def dot_product_attention(query, key, value, mask=None):
    return Attention()(query, key, value, mask)


def scaled_dot_product_attention(query, key, value, mask=None):
    return list(Scaled()(query, key, value, mask))


class GeneralAttention(Attention):
    def __init__(self, query_size, key_size):
        super().__init__()
        self.W = nn.Linear(key_size, query_size, bias=None)

    def scores(self, query, key):
        return super().scores(query, self.W(key))


class LocationAttention(Attention):
    def __init__(self, query_size, max_length):
        super().__init__()
        self.W = nn.Linear(query_size, max_length, bias=False)

    def scores(self, query, key):
        every = self.W(query)
        if key.shape[1] > every.shape[-1]:
            raise ValueError("too many positions")
        return every.narrow(-1, 0, key.shape[1])


def gaussian_window(center, length, sigma):
    away = torch.linspace(0, length - 1, length, dtype=center.dtype) - center[..., None]
    return (-(away * away) / 2 / sigma / sigma).exp()


def causal_mask(T):
    return torch.ones((T, T)).cumsum(1) <= torch.arange(1, T + 1)[:, None]


class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k):
        super().__init__()
        self.W_q, self.W_k, self.W_v = [nn.Linear(d_model, d_k, bias=False) for _ in "qkv"]

    def forward(self, x, mask=None):
        return Scaled()(self.W_q(x), self.W_k(x), self.W_v(x), mask)


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads > 0:
            raise ValueError("not divisible")
        self.W_q, self.W_k, self.W_v, self.W_o = [nn.Linear(d_model, d_model) for _ in "qkvo"]
        self.heads = n_heads

    def forward(self, query, key, value, mask=None):
        # Heads go into the batch: (B * H, T, d_k).
        def fold(x):
            return torch.cat(x.chunk(self.heads, -1), 0)

        B = query.shape[0]
        if mask is not None:
            mask = mask.broadcast_to(B, query.shape[1], key.shape[1]).repeat(self.heads, 1, 1)
        context, weights = Scaled()(
            fold(self.W_q(query)), fold(self.W_k(key)), fold(self.W_v(value)), mask
        )
        weights = torch.stack(weights.chunk(self.heads, 0), 1)
        return self.W_o(torch.cat(context.chunk(self.heads, 0), -1)), weights


def positional_encoding(T, d_model):
    rates = 1 / 10000 ** (torch.arange(d_model // 2, dtype=torch.float64) * 2 / d_model)
    return torch.view_as_real(
        torch.polar(
            torch.ones(T, d_model // 2, dtype=torch.float64),
            torch.pi / 2 - torch.arange(T)[:, None] * rates,
        )
    ).flatten(1)


def softmax_gradient_norm(d_k, scaled):
    total = 0.0
    for _ in range(10):
        scores = (torch.randn(100, 1, d_k) * torch.randn(100, 32, d_k)).sum(-1) / (d_k**0.5) ** int(
            scaled
        )
        p = scores.softmax(1)
        total += (
            (torch.diag_embed(p) - torch.einsum("ni,nj->nij", p, p))
            .pow(2)
            .sum((1, 2))
            .sqrt()
            .sum()
            .item()
        )
    return total / 1000


def plot_accuracy(rows, task, ax=None):
    ax = plt.subplots()[1] if ax is None else ax
    mechanisms = []
    for row in rows:
        if row[1] == task and row[0] not in mechanisms:
            mechanisms.append(row[0])
    for mechanism in mechanisms:
        points = sorted([row[2:] for row in rows if tuple(row[:2]) == (mechanism, task)])
        (line,) = ax.plot([point[0] for point in points], [point[1] for point in points])
        line.set_label(mechanism)
    (
        ax.set_xlabel("length (symbols)"),
        ax.set_ylabel("mean accuracy"),
        ax.set_ylim(0),
        ax.set_ylim(top=1.01),
    )
    ax.set_title("How far does it carry? " + task)
    ax.legend()
    return ax
