"""Pictures for notebooks. Every function returns its figure and shows nothing by itself."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from attention_lab.training import History

INK, QUIET, ACCENT, WARM = "#1f2a44", "#8a93a6", "#3b6fb6", "#d1603d"


def training_curve(history: "History", score_name: str = "score") -> Figure:
    """Training loss (left axis) and validation score (right axis) over training steps; the kept
    checkpoint is marked."""
    figure = Figure(figsize=(7, 3), layout="constrained")
    loss_axes = figure.add_subplot()
    loss_axes.set_xlabel("training steps")
    loss_axes.set_ylabel("training loss", color=QUIET)
    loss_axes.plot(history.steps, history.loss, color=QUIET, linewidth=1.5)
    score_axes = loss_axes.twinx()
    score_axes.set_ylabel(score_name, color=ACCENT)
    score_axes.plot(history.steps, history.score, color=ACCENT, linewidth=2, marker=".")
    if history.score:
        kept = history.steps[history.best], history.score[history.best]
        score_axes.plot(*kept, "o", markersize=9, color=WARM)
        score_axes.annotate(
            f"kept: {kept[1]:.1f}",
            kept,
            xytext=(-6, -18),
            textcoords="offset points",
            ha="right",
            color=WARM,
        )
        score_axes.set_ylim(bottom=0)
    for axes in (loss_axes, score_axes):
        axes.spines["top"].set_visible(False)
    return figure


def alignment_ribbons(
    source_tokens: Sequence[str], target_tokens: Sequence[str], attention_weights: ArrayLike
) -> Figure:
    """Source words above, target words below; a ribbon from each target word to what it looked at,
    as wide as the weight.

    attention_weights (T_tgt, T_src). ValueError if the numbers of tokens do not fit."""
    weights = np.asarray(attention_weights, dtype=float)
    if weights.shape != (len(target_tokens), len(source_tokens)):
        raise ValueError(
            f"weights of shape {weights.shape} for {len(target_tokens)} target and "
            f"{len(source_tokens)} source tokens"
        )
    figure = Figure(figsize=(max(5.0, 0.95 * max(weights.shape)), 2.6), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.16, 1.16))
    axes.axis("off")
    above, below = _places(len(source_tokens)), _places(len(target_tokens))
    for place, token in zip(above, source_tokens, strict=True):
        axes.text(place, 1.06, token, ha="center", va="bottom", color=INK, fontsize=12)
    for place, token in zip(below, target_tokens, strict=True):
        axes.text(place, -0.06, token, ha="center", va="top", color=INK, fontsize=12)
    for i, j in np.argwhere(weights > 0.02):
        strongest = weights[i, j] == weights[i].max()
        curve = Path(
            [(below[i], 0), (below[i], 0.5), (above[j], 0.5), (above[j], 1)],
            [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
        )
        axes.add_patch(
            PathPatch(
                curve,
                facecolor="none",
                edgecolor=ACCENT if strongest else QUIET,
                capstyle="round",
                linewidth=9 * weights[i, j],
                alpha=0.25 + 0.6 * weights[i, j],
            )
        )
    return figure


def weight_bars(attention_weights: ArrayLike, expected: ArrayLike, labels: Sequence[str]) -> Figure:
    """One query's attention weights (T_k,) next to the expected ones, as bars."""
    figure = Figure(figsize=(5, 2.2), layout="constrained")
    axes = figure.add_subplot()
    x = np.arange(len(labels))
    axes.bar(x - 0.2, np.asarray(expected, dtype=float), 0.38, color=QUIET, label="on paper")
    axes.bar(x + 0.2, np.asarray(attention_weights, dtype=float), 0.38, color=ACCENT, label="yours")
    axes.set_xticks(x, labels)
    axes.set_ylabel("weight")
    # above: bars may be of any height
    axes.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def accuracy_curves(ks: Sequence[int], curves: Mapping[str, Sequence[float]]) -> Figure:
    """Accuracy against the number k of neutral sentences, a line for each name; guessing between
    two classes is marked."""
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    axes = figure.add_subplot()
    for (name, accuracies), colour, style in zip(
        curves.items(), (ACCENT, WARM, ACCENT, WARM), ("-", "-", ":", ":"), strict=False
    ):
        axes.plot(ks, accuracies, style, color=colour, linewidth=2, marker=".", label=name)
    axes.axhline(0.5, color=QUIET, linewidth=1)
    axes.set_xlabel("neutral sentences around the review")
    axes.set_ylabel("accuracy")
    axes.set_xticks(list(ks))
    axes.legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def grid_curves(loss: Mapping[str, Sequence[float]], every: int) -> Figure:
    """Training loss over steps, a panel for each task and a line for each mechanism.

    loss: {"general_on_recall": the mean loss of every `every` steps}"""
    tasks = list(dict.fromkeys(name.rpartition("_on_")[2] for name in loss))
    figure = Figure(figsize=(10, 3), layout="constrained")
    panels = figure.subplots(1, max(1, len(tasks)), sharey=True, squeeze=False)[0]
    for axes, task in zip(panels, tasks, strict=False):
        for name, values in loss.items():
            mechanism, _, of = name.rpartition("_on_")
            if of == task:
                axes.plot(
                    [every * (i + 1) for i in range(len(values))],
                    values,
                    label=mechanism,
                    linewidth=1.5,
                )
        axes.set(title=task, xlabel="training steps")
        axes.legend(frameon=False, fontsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("training loss")
    return figure


def heat_maps(maps: Mapping[str, ArrayLike]) -> Figure:
    """Matrices side by side, each under its name: darker is more."""
    figure = Figure(figsize=(2.6 * max(1, len(maps)), 2.8), layout="constrained")
    for axes, (name, values) in zip(
        figure.subplots(1, max(1, len(maps)), squeeze=False)[0], maps.items(), strict=False
    ):
        matrix = np.asarray(values, dtype=float)
        axes.imshow(matrix, cmap="Blues", vmin=min(0.0, matrix.min()), aspect="auto")
        axes.set_title(name, fontsize=9, color=INK)
        axes.tick_params(colors=QUIET, labelsize=7)
    return figure


def _places(n: int) -> np.ndarray:
    return (np.arange(n) + 0.5) / n
