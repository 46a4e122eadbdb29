"""einsum, where and float64; pcolor; a colour bar of its own; sets and generators."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import torch
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from attention_lab.text import UNK, tokenize

moments = [(0, torch.full((4, 4), 0.25)), (1, torch.eye(4) * 0.8 + 0.05), (2, torch.eye(4))]


@dataclass
class Grid:
    """A figure whose panels are made as they are wanted."""

    n: int
    per_row: int = 2

    def __post_init__(self):
        self.figure = plt.figure(figsize=(9, 9))
        self.space = self.figure.add_gridspec(-(-self.n // self.per_row), self.per_row, hspace=0.6)

    def __getitem__(self, k: int):
        return self.figure.add_subplot(self.space[k // self.per_row, k % self.per_row])


def mesh(ax, weights, rows, columns, norm):
    ax.pcolor(weights.double().detach().numpy(), norm=norm, edgecolors="w")
    ax.set_ylim(len(rows), 0)
    ax.set_xticks(torch.arange(len(columns)) + 0.5, labels=columns)
    ax.set_yticks(torch.arange(len(rows)) + 0.5, labels=rows)


def fits(weights, *sizes):
    if tuple(weights.shape) != sizes:
        raise ValueError(f"{tuple(weights.shape)} is not {sizes}")


def plot_attention(attention_weights, source_tokens, target_tokens, ax=None):
    fits(attention_weights, len(target_tokens), len(source_tokens))
    ax = ax or plt.figure().gca()
    norm = Normalize(0, 1)
    mesh(ax, attention_weights, target_tokens, source_tokens, norm)
    ax.set(xlabel="Source", ylabel="Target", title="attention")
    ax.figure.colorbar(ScalarMappable(norm=norm), ax=ax)
    return ax


def plot_heads(attention_weights, tokens):
    fits(attention_weights, len(attention_weights), len(tokens), len(tokens))
    grid, norm = Grid(len(attention_weights)), Normalize(0.0, 1.0)
    for h, head in enumerate(attention_weights):
        ax = grid[h]
        mesh(ax, head, tokens, tokens, norm)
        ax.set_title(f"head {h + 1} of {len(attention_weights)}", loc="left")
    grid.figure.colorbar(ScalarMappable(norm=norm), ax=grid.figure.axes)
    return grid.figure


def attention_entropy(weights, mask=None):
    p = weights.double()
    if mask is not None:
        p = torch.where(mask, p, torch.zeros((), dtype=torch.float64))
        p = torch.nan_to_num(p / p.sum(-1, keepdim=True))
    return -torch.einsum("...k,...k->...", p, torch.where(p > 0, p, torch.ones_like(p)).log())


def attention_distance(weights):
    q, k = (torch.arange(size, dtype=torch.float64) for size in weights.shape[-2:])
    return torch.einsum("...qk,qk->...q", weights.double(), torch.cdist(q[:, None], k[:, None]))


def hard_alignment(weights):
    largest = weights.max(dim=1, keepdim=True).values
    return [
        (i, j[0])
        for i, j in enumerate(
            (row == top).nonzero().flatten().tolist()
            for row, top in zip(weights, largest, strict=False)
        )
        if largest[i] > 0
    ]


def alignment_error_rate(predicted, sure, possible):
    predicted, sure = set(predicted), set(sure)
    sizes = len(predicted) + len(sure)
    if sizes == 0:
        return 0.0
    return (len(predicted - sure - set(possible)) + len(sure - predicted)) / sizes


def attention_rollout(attentions):
    if len(attentions) == 0:
        raise ValueError("there is no layer")
    result = None
    for layer in attentions:
        mixed = torch.lerp(
            torch.eye(layer.shape[-1], dtype=torch.float64), layer.double().mean(0), 0.5
        )
        mixed = mixed / mixed.sum(-1, keepdim=True)
        result = mixed if result is None else torch.einsum("ij,jk->ik", mixed, result)
    return result


def classify_pattern(weights):
    """By correlation with ideal maps; what resembles none of them is uniform."""
    T = len(weights)
    i, j = torch.arange(T)[:, None], torch.arange(T)[None]
    flat = (weights - weights.mean()).flatten()
    best = ("uniform", 0.45)
    ideals = [("diagonal", (i + d - j).abs()) for d in (-1, 0, 1)] + [
        ("reverse", (T - 1 - i + d - j).abs()) for d in (-1, 0, 1)
    ]
    ideals += [("vertical", (c - j).abs().expand(T, T)) for c in range(T)]
    ideals = [(name, 0.7 * (away == 0) + 0.15 * (away == 1)) for name, away in ideals]
    for a in range(3, T - 2):
        for b in (T, *range(a + 3, T - 2)):
            part_q, part_k = (i >= a).int() + (i >= b).int(), (j >= a).int() + (j >= b).int()
            same = (part_q == part_k).float()
            ideals.append(("block", same / same.sum(1, keepdim=True)))
    for name, ideal in ideals:
        other = (ideal - ideal.mean()).flatten()
        likeness = float(flat @ other / (flat.norm() * other.norm()).clamp_min(1e-9))
        best = max(best, (name, likeness), key=lambda pair: pair[1])
    return best[0]


def watch_training(train_step, look, moments):
    def steps():
        done = 0
        for moment in sorted(set(moments)):
            for _ in range(moment - done):
                train_step()
            done = moment
            yield moment, look().double().clone()

    return list(steps())


def plot_moments(moments, source_tokens, target_tokens):
    moments = sorted(moments, key=lambda pair: pair[0])
    for _, weights in moments:
        fits(weights, len(target_tokens), len(source_tokens))
    grid, norm = Grid(len(moments), per_row=3), Normalize(0, 1)
    for k, (step, weights) in enumerate(moments):
        ax = grid[k]
        mesh(ax, weights, target_tokens, source_tokens, norm)
        ax.set_title(f"t = {step}")
    grid.figure.colorbar(ScalarMappable(norm=norm), ax=grid.figure.axes)
    return grid.figure


def prediction_change(model, text, mask_top_k):
    if mask_top_k < 0:
        raise ValueError("k < 0")
    tokens = tokenize(text)
    p, w = model(tokens)
    rank = torch.argsort(torch.argsort(w, descending=True, stable=True), stable=True)
    q, _ = model(
        [UNK if r < mask_top_k else t for t, r in zip(tokens, rank.tolist(), strict=False)]
    )
    return (p - q)[p.argmax()].double()
