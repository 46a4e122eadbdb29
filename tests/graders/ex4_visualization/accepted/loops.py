"""Plain Python loops and lists; pcolormesh; maps drawn with pyplot's own state."""

import math

import matplotlib.pyplot as plt
import torch

from attention_lab.text import tokenize

moments = [
    (0, torch.full((3, 4), 0.25)),
    (10, torch.eye(4)[:3] * 0.6 + 0.1),
    (20, torch.eye(4)[:3]),
]


def plot_attention(attention_weights, source_tokens, target_tokens, ax=None):
    if (
        attention_weights.ndim != 2
        or attention_weights.shape[0] != len(target_tokens)
        or attention_weights.shape[1] != len(source_tokens)
    ):
        raise ValueError("these do not fit")
    if ax is None:
        plt.figure()
        ax = plt.axes()
    mesh = ax.pcolormesh(
        [[float(weight) for weight in row] for row in attention_weights], vmin=0, vmax=1
    )
    ax.invert_yaxis()
    ax.xaxis.tick_top()
    ax.set_xticks([j + 0.5 for j in range(len(source_tokens))])
    ax.set_xticklabels(source_tokens)
    ax.set_yticks([i + 0.5 for i in range(len(target_tokens))])
    ax.set_yticklabels(target_tokens)
    ax.set_xlabel("Source tokens")
    ax.set_ylabel("Target tokens")
    ax.get_figure().colorbar(mesh, ax=ax)
    return ax


def plot_heads(attention_weights, tokens):
    if attention_weights.ndim != 3 or set(attention_weights.shape[1:]) != {len(tokens)}:
        raise ValueError("these do not fit")
    figure = plt.figure(figsize=(20, 4))
    for h in range(len(attention_weights)):
        ax = plot_attention_panel(
            figure.add_subplot(1, len(attention_weights), h + 1),
            attention_weights[h],
            tokens,
            tokens,
        )
        ax.set_title(f"{h + 1}. head")
    return figure


def plot_attention_panel(ax, weights, columns, rows):
    image = ax.matshow(weights, vmin=0, vmax=1)
    ax.set_xticks(range(len(columns)), columns, rotation="vertical")
    ax.set_yticks(range(len(rows)), rows)
    ax.figure.colorbar(image, ax=ax)
    return ax


def attention_entropy(weights, mask=None):
    if mask is None:
        mask = torch.ones(weights.shape, dtype=torch.bool)
    mask = mask.expand(weights.shape)
    rows, allowed = weights.reshape(-1, weights.shape[-1]), mask.reshape(-1, weights.shape[-1])
    result = []
    for row, may in zip(rows.tolist(), allowed.tolist(), strict=False):
        left = [weight for weight, yes in zip(row, may, strict=False) if yes and weight > 0]
        total = sum(left)
        entropy = 0.0
        for weight in left:
            entropy -= weight / total * math.log(weight / total)
        result.append(entropy)
    return torch.tensor(result).reshape(weights.shape[:-1])


def attention_distance(weights):
    result = torch.zeros(weights.shape[:-1])
    for i in range(weights.shape[-2]):
        for j in range(weights.shape[-1]):
            result[..., i] = result[..., i] + weights[..., i, j] * abs(i - j)
    return result


def hard_alignment(weights):
    pairs = []
    for i in range(weights.shape[0]):
        best = 0
        for j in range(weights.shape[1]):
            if weights[i, j] > weights[i, best]:
                best = j
        if weights[i, best] > 0:
            pairs.append((i, best))
    return pairs


def alignment_error_rate(predicted, sure, possible):
    seen, both, right = [], 0, 0
    for pair in predicted:
        if pair in seen:
            continue
        seen.append(pair)
        both += pair in sure
        right += pair in sure or pair in possible
    total = len(seen) + len(set(sure))
    return 0 if total == 0 else (total - both - right) / total


def attention_rollout(attentions):
    if len(attentions) == 0:
        raise ValueError("no layers")
    T = len(attentions[0][0])
    result = [[float(i == j) for j in range(T)] for i in range(T)]
    for layer in attentions:
        mean = [
            [sum(float(head[i][j]) for head in layer) / len(layer) for j in range(T)]
            for i in range(T)
        ]
        result = [
            [
                sum((0.5 * mean[i][k] + 0.5 * (i == k)) * result[k][j] for k in range(T))
                for j in range(T)
            ]
            for i in range(T)
        ]
    return torch.tensor(result)


def classify_pattern(weights):
    """How much weight lies in the places of a pattern, more than an even map has there."""
    T = len(weights)
    rows = weights.tolist()

    def excess(places):
        return sum(rows[i][j] for i, j in places) / T - len(places) / T**2

    def band(centre):
        return [
            (i, j)
            for i in range(T)
            for j in range(T)
            if abs(j - min(max(centre(i), 0), T - 1)) <= 1
        ]

    found = {
        "diagonal": max(excess(band(lambda i: i + d)) for d in (-1, 0, 1)),
        "reverse": max(excess(band(lambda i: T - 1 - i + d)) for d in (-1, 0, 1)),
        "vertical": max(excess(band(lambda i: c)) for c in range(T)),
        "block": 0.0,
        "uniform": 0.17,
    }
    for a in range(3, T - 2):
        for b in [T, *range(a + 3, T - 2)]:
            part = [(i >= a) + (i >= b) for i in range(T)]
            found["block"] = max(
                found["block"],
                excess([(i, j) for i in range(T) for j in range(T) if part[i] == part[j]]),
            )
    return max(found, key=found.get)


def watch_training(train_step, look, moments):
    kept, wanted = [], set(moments)
    if not wanted:
        return kept
    step = 0
    while True:
        if step in wanted:
            kept.append((step, torch.tensor(look().tolist())))
        if step == max(wanted):
            return kept
        train_step()
        step += 1


def plot_moments(moments, source_tokens, target_tokens):
    for _, weights in moments:
        if list(weights.shape) != [len(target_tokens), len(source_tokens)]:
            raise ValueError("these do not fit")
    figure = plt.figure(figsize=(6, 4 * len(moments)))
    for n, (step, weights) in enumerate(sorted(moments, key=lambda pair: pair[0])):
        ax = plot_attention_panel(
            figure.add_subplot(len(moments), 1, n + 1), weights, source_tokens, target_tokens
        )
        ax.set_title(f"step {step:,}")
    return figure


def prediction_change(model, text, mask_top_k):
    if mask_top_k < 0:
        raise ValueError("less than nothing cannot be hidden")
    tokens = tokenize(text)
    probabilities, weights = model(tokens)
    probabilities, weights = probabilities.tolist(), weights.tolist()
    label = probabilities.index(max(probabilities))
    for _ in range(min(mask_top_k, len(tokens))):
        place = weights.index(max(weights))
        tokens[place] = "<unk>"
        weights[place] = -1.0
    return probabilities[label] - float(model(tokens)[0][label])
