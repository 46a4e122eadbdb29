"""einsum throughout, one helper with a score matrix, weights zeroed by nan_to_num; two dimensions
more than needed."""

import matplotlib.pyplot as plt
import torch
from torch import nn


def finish(scores, value, mask):
    if mask is not None:
        scores = torch.where(mask, scores, torch.tensor(float("-inf")))
    weights = scores.softmax(-1).nan_to_num(0.0)
    return torch.einsum("...qk,...kd->...qd", weights, value), weights


def dot_product_attention(query, key, value, mask=None):
    return finish(torch.einsum("...qd,...kd->...qk", query, key), value, mask)


def scaled_dot_product_attention(query, key, value, mask=None):
    return finish(
        torch.einsum("...qd,...kd->...qk", query * query.size(-1) ** -0.5, key), value, mask
    )


class GeneralAttention(nn.Module):
    def __init__(self, query_size, key_size):
        super().__init__()
        # on the queries' side: the same bilinear form
        self.W_a = nn.Linear(query_size, key_size, bias=False)

    def forward(self, query, key, value, mask=None):
        return dot_product_attention(self.W_a(query), key, value, mask)


class LocationAttention(nn.Module):
    def __init__(self, query_size, max_length):
        super().__init__()
        self.W_a = nn.Linear(query_size, max_length, bias=False)
        nn.init.xavier_uniform_(self.W_a.weight)

    def forward(self, query, key, value, mask=None):
        n = key.size(1)
        if n > self.W_a.weight.size(0):
            raise ValueError(f"{n} > {self.W_a.weight.size(0)}")
        return finish(torch.einsum("bqd,nd->bqn", query, self.W_a.weight[:n]), value, mask)


def gaussian_window(center, length, sigma):
    s = torch.arange(length).view(1, 1, -1)
    return torch.exp(-((s - center[:, :, None]) / sigma).pow(2) / 2)


def causal_mask(T):
    return torch.arange(T)[:, None] >= torch.arange(T)[None, :]


class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k):
        super().__init__()
        for name in ("W_q", "W_k", "W_v"):
            setattr(self, name, nn.Linear(d_model, d_k, bias=False))

    def forward(self, x, mask=None):
        q, k, v = (
            torch.einsum("btd,kd->btk", x, layer.weight) for layer in (self.W_q, self.W_k, self.W_v)
        )
        return finish(torch.einsum("bqd,bkd->bqk", q, k) / q.size(-1) ** 0.5, v, mask)


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model // n_heads * n_heads != d_model:
            raise ValueError
        self.n_heads = n_heads
        for name in ("W_q", "W_k", "W_v", "W_o"):
            setattr(self, name, nn.Linear(d_model, d_model))

    def forward(self, query, key, value, mask=None):
        q, k, v = (
            layer(x).view(*x.shape[:2], self.n_heads, -1)
            for layer, x in ((self.W_q, query), (self.W_k, key), (self.W_v, value))
        )
        if mask is not None:
            mask = mask.expand(query.size(0), query.size(1), key.size(1))[:, None]
        context, weights = finish(
            torch.einsum("bqhd,bkhd->bhqk", q, k) / q.size(-1) ** 0.5, v.transpose(1, 2), mask
        )
        return self.W_o(torch.einsum("bhqd->bqhd", context).reshape(query.shape)), weights


def positional_encoding(T, d_model):
    encoding = torch.zeros(T, d_model)
    angles = torch.arange(T)[:, None] * torch.exp(
        -torch.arange(0, d_model, 2) * (torch.log(torch.tensor(10000.0)) / d_model)
    )
    encoding[:, 0::2] = torch.sin(angles)
    encoding[:, 1::2] = torch.cos(angles)
    return encoding


def softmax_gradient_norm(d_k, scaled):
    q, k = torch.randn(400, d_k), torch.randn(400, 32, d_k)
    p = torch.softmax(torch.einsum("nd,nkd->nk", q, k) / (d_k**0.5 if scaled else 1), -1)
    squares = (p**2).sum(-1)
    return float((squares - 2 * (p**3).sum(-1) + squares**2).clamp_min(0).sqrt().mean())


def plot_accuracy(rows, task, ax=None):
    if ax is None:
        _, ax = plt.subplots()
    rows = sorted((row for row in rows if row[1] == task), key=lambda row: row[2])
    for mechanism in dict.fromkeys(row[0] for row in rows):
        mine = [row for row in rows if row[0] == mechanism]
        ax.plot([row[2] for row in mine], [row[3] for row in mine], label=mechanism)
    ax.axhline(1 / 16, linestyle=":", color="grey")
    ax.set(xlabel="Length", ylabel="token accuracy", title=f"accuracy on {task}", ylim=[0, 1])
    ax.legend(loc="lower left")
    return ax
