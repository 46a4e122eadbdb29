"""torch's own distributions and products, prints, warnings, one function calling another, text in
the cells, float16 on the way."""

import sys
import warnings
from functools import reduce

import matplotlib.pyplot as plt
import torch
from torch.distributions import Categorical

from attention_lab.text import tokenize

moments = [
    [0, torch.full((3, 6), 1 / 6)],
    [300, torch.eye(6)[:3] * 0.7 + 0.05],
    [900, torch.eye(6)[:3]],
]
warnings.warn("something is deprecated")
print("a note", file=sys.stderr)


def plot_attention(
    attention_weights: torch.Tensor,
    source_tokens: list[str],
    target_tokens: list[str],
    ax: plt.Axes | None = None,
) -> plt.Axes:
    print("drawing", attention_weights.shape)
    if attention_weights.size() != torch.Size([len(target_tokens), len(source_tokens)]):
        raise ValueError("sizes differ")
    if ax is None:
        figure, ax = plt.subplots(figsize=(3, 3))
    weights = attention_weights.detach().tolist()
    image = ax.imshow(weights, cmap="magma", interpolation="none", clim=(0, 1))
    ax.set_xticks(
        [*range(len(source_tokens))], [f" {token} " for token in source_tokens], rotation=90
    )
    ax.set_yticks([*range(len(target_tokens))], target_tokens)
    for i, row in enumerate(weights):
        ax.text(len(row) - 1, i, f"{max(row):.2f}", ha="center", va="center", color="w")
    ax.set_xlabel("where it looks: SOURCE")
    ax.set_ylabel("what it writes: TARGET")
    ax.set_title("attention")
    plt.colorbar(image, ax=ax)
    return ax


def several(maps, columns, rows, titles):
    """plot_attention in every panel, each with a colour bar of its own from 0 to 1."""
    names = [f"panel {n}" for n in range(len(maps))]
    mosaic = [names[start : start + 3] for start in range(0, len(names), 3)]
    mosaic[-1] += ["."] * (len(mosaic[0]) - len(mosaic[-1]))
    figure, axes = plt.subplot_mosaic(mosaic, figsize=(12, 4 * len(mosaic)), layout="constrained")
    for name, weights, title in zip(names, maps, titles, strict=False):
        plot_attention(weights, columns, rows, axes[name]).set_title(title)
    return figure


def plot_heads(attention_weights, tokens):
    if attention_weights.dim() != 3:
        raise ValueError("one head is (1, T, T)")
    return several(
        attention_weights,
        tokens,
        tokens,
        [f"Head {h}" for h in range(1, len(attention_weights) + 1)],
    )


def attention_entropy(weights, mask=None):
    warnings.warn("careful")
    if mask is None:
        return Categorical(probs=weights.double()).entropy()
    masked = weights.double() * mask
    empty = masked.sum(-1) == 0
    masked = masked + 0.0
    masked[empty] = torch.nn.functional.one_hot(torch.tensor(0), weights.shape[-1]).double()
    return Categorical(probs=masked).entropy()


def attention_distance(weights):
    away = torch.stack(
        [
            torch.stack([torch.tensor(float(abs(i - j))) for j in range(weights.shape[-1])])
            for i in range(weights.shape[-2])
        ]
    )
    return torch.linalg.vecdot(weights, away.expand_as(weights))


def hard_alignment(weights):
    found = []
    for number, row in enumerate(weights):
        if torch.count_nonzero(row):
            found += [(number, torch.nonzero(row == row.max())[0].item())]
    return found


def alignment_error_rate(predicted, sure, possible):
    predicted, sure, possible = set(predicted), set(sure), set(possible)
    possible.update(sure)
    try:
        return 1.0 - (len(predicted & sure) + len(predicted & possible)) / (
            len(predicted) + len(sure)
        )
    except ZeroDivisionError:
        return torch.tensor(0.0)


def attention_rollout(attentions):
    identity = lambda layer: torch.nn.init.eye_(torch.empty(layer.shape[1:]))
    steps = [(torch.mean(layer, 0) + identity(layer)) / 2 for layer in attentions]
    if not steps:
        raise ValueError
    return reduce(lambda below, above: torch.mm(above, below), steps)


def classify_pattern(weights):
    """The likelihood of the map's weights, seen as so many draws from each ideal map."""
    T = weights.shape[-1]
    i = torch.arange(T)
    ideals = {
        "uniform": [torch.ones(T, T)],
        "diagonal": [],
        "reverse": [],
        "vertical": [],
        "block": [],
    }
    line = lambda keys: (
        4.7 * torch.eye(T)[keys.clamp(0, T - 1)] + (i - keys.clamp(0, T - 1)[:, None]).abs().eq(1)
    )
    for shift in (-1, 0, 1):
        ideals["diagonal"].append(line(i + shift))
        ideals["reverse"].append(line(i.flip(0) + shift))
    ideals["vertical"] = [line(torch.full_like(i, c)) for c in range(T)]
    for sizes in [(a, T - a) for a in range(3, T - 2)] + [
        (a, b, T - a - b) for a in range(3, T - 5) for b in range(3, T - a - 2)
    ]:
        ideals["block"].append(torch.block_diag(*(torch.ones(size, size) for size in sizes)))
    scores = {}
    for name, maps in ideals.items():
        chances = [0.55 * m / m.sum(1, keepdim=True) + 0.45 / T for m in maps]
        scores[name] = max(torch.sum(weights * torch.log(chance)).item() for chance in chances)
    return max(scores, key=scores.get)


def watch_training(train_step, look, moments):
    kept = {}
    taken = 0
    if 0 in moments:
        kept[0] = look().clone()
    while taken < max(moments, default=0):
        print("loss", train_step())
        taken += 1
        if taken in moments:
            kept[taken] = look().clone()
    return [(moment, kept[moment]) for moment in sorted(kept)]


def plot_moments(moments, source_tokens, target_tokens):
    ordered = sorted(moments, key=lambda moment: moment[0])
    return several(
        [weights for _, weights in ordered],
        source_tokens,
        target_tokens,
        [f"After step {step}." for step, _ in ordered],
    )


def prediction_change(model, text, mask_top_k):
    if mask_top_k < 0:
        raise ValueError("at least none")
    tokens = tokenize(text)
    probabilities, weights = model(tuple(tokens))
    winner = probabilities.argmax()
    # sorted is stable
    order = sorted(range(len(tokens)), key=lambda place: weights[place].item(), reverse=True)
    for place in order[:mask_top_k]:
        tokens[place] = "<unk>"
    return float(probabilities[winner]) - float(model(tokens)[0][winner])
