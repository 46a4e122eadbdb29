"""torch's own functions wherever there is one: F.scaled_dot_product_attention,
nn.MultiheadAttention, nn.Bilinear's matrix."""

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn


def by_torch(query, key, value, mask, scale):
    full = None if mask is None else mask.expand(*query.shape[:-1], key.shape[-2])
    identity = torch.eye(key.shape[-2]).expand(*key.shape[:-1], key.shape[-2])
    # the values are one-hot
    weights = F.scaled_dot_product_attention(query, key, identity, attn_mask=full, scale=scale)
    if full is not None:
        weights = weights.nan_to_num() * full
    return torch.matmul(weights, value), weights


def dot_product_attention(query, key, value, mask=None):
    return by_torch(query, key, value, mask, 1.0)


def scaled_dot_product_attention(query, key, value, mask=None):
    return by_torch(query, key, value, mask, None)


class GeneralAttention(nn.Module):
    def __init__(self, query_size, key_size):
        super().__init__()
        self.W = nn.Linear(key_size, query_size, bias=False)
        nn.init.orthogonal_(self.W.weight)

    def forward(self, query, key, value, mask=None):
        return by_torch(F.linear(query, self.W.weight.t()), key, value, mask, 1.0)


class LocationAttention(nn.Module):
    def __init__(self, query_size, max_length):
        super().__init__()
        self.max_length = max_length
        self.W = nn.Linear(query_size, max_length, bias=False)

    def forward(self, query, key, value, mask=None):
        if key.shape[1] > self.max_length:
            raise ValueError("no more rows")
        one_hot = torch.eye(self.max_length)[: key.shape[1]].expand(query.shape[0], -1, -1)
        return by_torch(self.W(query), one_hot, value, mask, 1.0)


def gaussian_window(center, length, sigma):
    normal = torch.distributions.Normal(center.unsqueeze(-1), sigma)
    return torch.exp(normal.log_prob(torch.arange(length)) - normal.log_prob(center.unsqueeze(-1)))


def causal_mask(T):
    return ~torch.triu(torch.ones(T, T), diagonal=1).bool()


class SelfAttention(nn.Module):
    def __init__(self, d_model, d_k):
        super().__init__()
        self.W_q = nn.Linear(d_model, d_k, False)
        self.W_k = nn.Linear(d_model, d_k, False)
        self.W_v = nn.Linear(d_model, d_k, False)

    def forward(self, x, mask=None):
        return by_torch(self.W_q(x), self.W_k(x), self.W_v(x), mask, None)


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        if d_model % n_heads:
            raise ValueError("d_model must be a multiple of n_heads")
        self.inner = nn.MultiheadAttention(d_model, n_heads, batch_first=True)

    def forward(self, query, key, value, mask=None):
        forbidden = nothing = None
        if mask is not None:
            mask = mask.expand(query.shape[0], query.shape[1], key.shape[1])
            nothing = ~mask.any(-1)
            forbidden = (~mask & ~nothing.unsqueeze(-1)).repeat_interleave(self.inner.num_heads, 0)
        context, weights = self.inner(
            query, key, value, attn_mask=forbidden, average_attn_weights=False
        )
        if nothing is not None:
            weights = weights.masked_fill(nothing[:, None, :, None], 0.0)
            context = torch.where(nothing.unsqueeze(-1), self.inner.out_proj.bias, context)
        return context, weights


def positional_encoding(T, d_model):
    i = torch.arange(d_model)
    angles = torch.outer(torch.arange(T).float(), 10000.0 ** -((i // 2 * 2) / d_model))
    return torch.where(i % 2 == 0, angles.sin(), angles.cos())


def softmax_gradient_norm(d_k: int, scaled: bool) -> float:
    torch.manual_seed(42)
    norms = []
    for _ in range(300):
        query, key = torch.randn(d_k), torch.randn(32, d_k)
        scores = key @ query / (d_k**0.5 if scaled else 1.0)
        jacobian = torch.autograd.functional.jacobian(lambda s: F.softmax(s, dim=-1), scores)
        norms.append(jacobian.norm())
    return torch.stack(norms).mean().item()


def plot_accuracy(rows, task, ax=None):
    if ax is None:
        ax = plt.figure().gca()
    table = {}
    for mechanism, name, length, accuracy in rows:
        if name == task:
            table.setdefault(mechanism, []).append((length, accuracy))
    for mechanism in sorted(table):
        x, y = zip(*sorted(table[mechanism]), strict=False)
        ax.plot(x, y, marker="x", label=mechanism)
    plt.setp(ax, xlabel="sequence length", ylabel="Accuracy", title=task.upper(), ylim=(0, 1.2))
    ax.legend(title="mechanism", frameon=False)
    return ax
