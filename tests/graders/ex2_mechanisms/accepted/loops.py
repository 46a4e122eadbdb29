"""Slow, obvious, in float64: every score and every mean in a loop."""

import math

import torch
from matplotlib.figure import Figure
from torch import nn


def row_weights(scores, allowed):
    keys = [j for j, yes in enumerate(allowed) if yes]
    if not keys:
        return torch.zeros(len(scores), dtype=torch.float64)
    exact = torch.stack([scores[j] for j in keys])
    powers = torch.exp(exact - exact.max())
    shares = powers / powers.sum()
    return torch.stack(
        [
            shares[keys.index(j)] if j in keys else torch.zeros((), dtype=torch.float64)
            for j in range(len(scores))
        ]
    )


def attend(score, query, key, value, mask):
    if query.dim() == 4:
        parts = [
            attend(
                score,
                query[:, h],
                key[:, h],
                value[:, h],
                None
                if mask is None
                else mask.expand(-1, query.shape[1], -1, -1)[:, h]
                if mask.dim() == 4
                else mask,
            )
            for h in range(query.shape[1])
        ]
        return torch.stack([context for context, _ in parts], 1), torch.stack(
            [weights for _, weights in parts], 1
        )
    B, T_q, T_k = query.shape[0], query.shape[1], key.shape[1]
    mask = torch.ones(B, T_q, T_k, dtype=torch.bool) if mask is None else mask.expand(B, T_q, T_k)
    weights = torch.stack(
        [
            torch.stack(
                [
                    row_weights(
                        [score(query[b, i].double(), key[b, j].double()) for j in range(T_k)],
                        mask[b, i].tolist(),
                    )
                    for i in range(T_q)
                ]
            )
            for b in range(B)
        ]
    )
    context = torch.stack(
        [sum(weights[:, :, j, None] * value[:, None, j].double() for j in range(T_k))]
    )[0]
    return context.to(value.dtype), weights.to(query.dtype)


def dot_product_attention(query, key, value, mask=None):
    return attend(lambda q, k: (q * k).sum(), query, key, value, mask)


def scaled_dot_product_attention(query, key, value, mask=None):
    return attend(lambda q, k: (q * k).sum() / len(q) ** 0.5, query, key, value, mask)


class GeneralAttention(nn.Module):
    def __init__(self, query_size, key_size):
        super().__init__()
        self.matrix = nn.Parameter(torch.randn(query_size, key_size))

    def forward(self, query, key, value, mask=None):
        return attend(lambda q, k: q @ self.matrix.double() @ k, query, key, value, mask)


class LocationAttention(nn.Module):
    def __init__(self, query_size, max_length):
        super().__init__()
        self.places = nn.Parameter(torch.zeros(query_size, max_length))
        self.max_length = max_length

    def forward(self, query, key, value, mask=None):
        if key.shape[1] > self.max_length:
            raise ValueError("too long")
        positions = torch.arange(key.shape[1]).expand(key.shape[:2]).unsqueeze(-1)
        return attend(
            lambda q, k: q @ self.places[:, int(k)].double(), query, positions, value, mask
        )


def gaussian_window(center, length, sigma):
    return torch.stack(
        [torch.exp(-0.5 * ((s - center) / sigma) ** 2) for s in range(length)], dim=-1
    )


def causal_mask(T):
    return torch.tensor([[key <= query for key in range(T)] for query in range(T)])


class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k):
        super().__init__()
        self.W_v, self.W_k, self.W_q = (nn.Linear(d_model, d_k, bias=False) for _ in range(3))

    def forward(self, x, mask=None):
        return attend(
            lambda q, k: (q * k).sum() / self.W_q.out_features**0.5,
            self.W_q(x),
            self.W_k(x),
            self.W_v(x),
            mask,
        )


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError("heads")
        self.H, self.d_k = n_heads, d_model // n_heads
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        contexts, maps = [], []
        for h in range(self.H):
            part = slice(h * self.d_k, (h + 1) * self.d_k)
            context, weights = attend(
                lambda q, k: (q * k).sum() / self.d_k**0.5,
                self.W_q(query)[..., part],
                self.W_k(key)[..., part],
                self.W_v(value)[..., part],
                mask,
            )
            contexts.append(context)
            maps.append(weights)
        return self.W_o(torch.cat(contexts, dim=-1)), torch.stack(maps, dim=1)


def positional_encoding(T, d_model):
    return torch.tensor(
        [
            [
                (math.sin if i % 2 == 0 else math.cos)(t / 10000 ** ((i - i % 2) / d_model))
                for i in range(d_model)
            ]
            for t in range(T)
        ]
    )


def softmax_gradient_norm(d_k, scaled):
    norms = []
    for _ in range(250):
        scores = torch.randn(32, d_k, dtype=torch.float64) @ torch.randn(d_k, dtype=torch.float64)
        p = torch.softmax(scores / d_k**0.5 if scaled else scores, dim=0)
        norms.append(float(torch.linalg.matrix_norm(torch.diag(p) - torch.outer(p, p))))
    return sum(norms) / len(norms)


def plot_accuracy(rows, task, ax=None):
    ax = ax or Figure().add_subplot()
    for name in sorted({row[0] for row in rows if row[1] == task}):
        points = sorted(
            (length, accuracy)
            for who, what, length, accuracy in rows
            if who == name and what == task
        )
        ax.plot(*zip(*points, strict=False), "s--", label=name)
    ax.set_xlabel("Length of the sequence")
    ax.set_ylabel("Accuracy (share of answers)")
    ax.set_title(f"Task: {task}", loc="left")
    ax.set_ylim(-0.1, 1.1)
    ax.figure.legend()
    return ax
