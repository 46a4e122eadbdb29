"""numpy inside, float64 out; imshow with the origin below and the rows turned; one Axes after
another from a grid."""

import matplotlib.pyplot as plt
import numpy as np
import torch

from attention_lab.patterns import PATTERNS, draw_pattern
from attention_lab.text import UNK, tokenize

moments = [
    (0, torch.full((2, 5), 0.2)),
    (100, torch.eye(5)[:2] * 0.5 + 0.1),
    (700, torch.eye(5)[:2] * 0.9 + 0.02),
]


def numbers(tensor):
    return tensor.detach().numpy().astype(np.float64)


def draw(ax, weights, rows, columns, top):
    """Turned round twice: the first row of the array is drawn at the bottom."""
    n, m = weights.shape
    image = ax.imshow(
        weights[::-1],
        origin="lower",
        vmin=0.0,
        vmax=top,
        extent=(0, m, 0, n),
        cmap="viridis",
        aspect="auto",
    )
    ax.set_xticks(np.arange(m) + 0.5, columns, rotation=90)
    ax.set_yticks(n - 0.5 - np.arange(n), rows)
    return image


def plot_attention(attention_weights, source_tokens, target_tokens, ax=None):
    weights = numbers(attention_weights)
    if weights.shape != (len(target_tokens), len(source_tokens)):
        raise ValueError(f"{weights.shape} {len(target_tokens)} {len(source_tokens)}")
    if ax is None:
        _, ax = plt.subplots()
    ax.figure.colorbar(draw(ax, weights, target_tokens, source_tokens, 1.0), ax=ax)
    ax.set_xlabel("source sentence")
    ax.set_ylabel("target sentence")
    return ax


def plot_heads(attention_weights, tokens):
    weights = numbers(attention_weights)
    if weights.shape[1:] != (len(tokens), len(tokens)):
        raise ValueError("heads and tokens do not fit")
    width = int(np.ceil(np.sqrt(len(weights))))
    height = int(np.ceil(len(weights) / width))
    figure, grid = plt.subplots(height, width, squeeze=False, figsize=(4 * width, 4 * height))
    for h, ax in enumerate(np.ravel(grid)):
        if h < len(weights):
            image = draw(ax, weights[h], tokens, tokens, weights.max())
            ax.set_title(f"Head #{h + 1}")
        else:
            ax.set_visible(False)
    figure.colorbar(image, ax=grid.ravel().tolist())
    return figure


def attention_entropy(weights, mask=None):
    p = numbers(weights)
    if mask is not None:
        p = np.where(np.broadcast_to(mask.numpy(), p.shape), p, 0.0)
        total = p.sum(-1, keepdims=True)
        p = np.divide(p, total, out=np.zeros_like(p), where=total > 0)
    logarithms = np.log(p, out=np.zeros_like(p), where=p > 0)
    return torch.from_numpy(np.asarray(-(p * logarithms).sum(-1)))


def attention_distance(weights):
    p = numbers(weights)
    i, j = np.indices(p.shape[-2:])
    return torch.from_numpy(np.sum(p * np.abs(i - j), axis=-1))


def hard_alignment(weights):
    p = numbers(weights)
    return [(int(i), int(p[i].argmax())) for i in range(p.shape[0]) if p[i].any()]


def alignment_error_rate(predicted, sure, possible):
    A, S, P = map(frozenset, (predicted, sure, [*possible, *sure]))
    whole = len(A) + len(S)
    return (
        float(np.float64(1.0) - (len(S.intersection(A)) + len(P.intersection(A))) / whole)
        if whole
        else 0.0
    )


def attention_rollout(attentions):
    if not attentions:
        raise ValueError("empty")
    maps = [(numbers(layer).mean(0) + np.eye(layer.shape[-1])) / 2 for layer in attentions]
    return torch.from_numpy(np.linalg.multi_dot(maps[::-1]) if len(maps) > 1 else maps[0])


rng = torch.Generator().manual_seed(5)
EXAMPLES = {
    T: [
        (name, numbers(draw_pattern(name, T, 0.0, rng)).ravel())
        for name in PATTERNS
        for _ in range(1 if name == "uniform" else 200)
    ]
    for T in range(9, 17)
}


def classify_pattern(weights):
    """The nearest of many clean examples, mixed with an even map."""
    w = numbers(weights).ravel()
    T = weights.shape[0]
    return min(EXAMPLES[T], key=lambda example: np.sum((w - 0.65 * example[1] - 0.35 / T) ** 2))[0]


def watch_training(train_step, look, moments):
    result = {}
    for step in range(max(moments, default=-1) + 1):
        if step in moments:
            result[step] = torch.from_numpy(np.array(look().detach().numpy(), copy=True))
        if step < max(moments):
            train_step()
    return sorted(result.items())


def plot_moments(moments, source_tokens, target_tokens):
    figure, grid = plt.subplots(
        1, len(moments), squeeze=False, sharey=True, sharex=True, figsize=(5 * len(moments), 4)
    )
    for ax, (step, weights) in zip(grid[0], sorted(moments, key=lambda one: one[0]), strict=False):
        if weights.shape != (len(target_tokens), len(source_tokens)):
            raise ValueError("does not fit")
        image = draw(ax, numbers(weights), target_tokens, source_tokens, 1)
        ax.set_title(f"{step} steps")
    figure.colorbar(image, ax=list(grid[0]))
    return figure


def prediction_change(model, text, mask_top_k):
    if mask_top_k < 0:
        raise ValueError(mask_top_k)
    tokens = np.array(tokenize(text), dtype=object)
    before, weights = (numbers(answer) for answer in model(list(tokens)))
    order = np.argsort(-weights, kind="stable")[:mask_top_k]
    tokens[order] = UNK
    after = numbers(model(list(tokens))[0])
    return before.max() - after[before.argmax()]
