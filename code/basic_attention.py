"""Lesson 1. Attention: five ways to score a match, one way to attend.

Every attention asks the same three questions. How well does each query match each key (scores)?
What share of the whole does each key get (attention_weights)? What comes out when the values are
mixed in those shares (context)? Only the first question has several answers, so only `score`
changes in this file.

    python code/basic_attention.py --out pictures
"""

import argparse
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

# query (B, T_q, d_q), key (B, T_k, d_k) -> scores (B, T_q, T_k)
Score = Callable[[Tensor, Tensor], Tensor]
INK, QUIET, BLUE, RED = "#1f2a44", "#8a93a6", "#3b6fb6", "#d1603d"

# ---- attending: the part that never changes


def attention(
    query: Tensor, key: Tensor, value: Tensor, score: Score, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Mix `value` by how well each query matches each key, as `score` sees it.

    query (B, T_q, d_q)   key (B, T_k, d_k)   value (B, T_k, d_v)
    mask broadcastable to (B, T_q, T_k), True = may attend
    Returns context (B, T_q, d_v) and attention_weights (B, T_q, T_k), each row summing to 1.
    A query that may attend to nothing gets weights 0, and so the context 0."""
    scores = score(query, key)  # (B, T_q, T_k)
    # What may not be attended scores minus infinity: e^-inf is exactly 0, and the others share the
    # whole 1.
    if mask is not None:
        scores = torch.where(mask, scores, -math.inf)  # (B, T_q, T_k)
    attention_weights = torch.softmax(scores, dim=-1)  # over the keys, for each query on its own
    # Where every key was forbidden the softmax had 0/0 to compute.
    if mask is not None:
        attention_weights = torch.where(mask, attention_weights, 0.0)
    context = attention_weights @ value  # (B, T_q, T_k) @ (B, T_k, d_v) -> (B, T_q, d_v)
    return context, attention_weights


# ---- scoring: by content, without anything to learn


def dot_product(query: Tensor, key: Tensor) -> Tensor:
    """q . k: long and parallel vectors match. Luong et al. 2015, "dot"."""
    return query @ key.transpose(-2, -1)  # (B, T_q, d_k) @ (B, d_k, T_k) -> (B, T_q, T_k)


def scaled_dot_product(query: Tensor, key: Tensor) -> Tensor:
    """q . k / sqrt(d_k): the same, with a spread that does not depend on d_k. Vaswani et al. 2017,
    eq. 1."""
    return dot_product(query, key) / math.sqrt(key.shape[-1])  # (B, T_q, T_k)


# ---- scoring: by content, with weights to learn. Each takes its weights and returns the score they
# define.


def general(W_a: Tensor) -> Score:
    """q W_a k, with W_a (d_q, d_k): query and key may speak different languages. Luong et al. 2015,
    "general"."""
    # (B, T_q, d_q) -> (B, T_q, d_k) -> (B, T_q, T_k)
    return lambda query, key: query @ W_a @ key.transpose(-2, -1)


def additive(W_q: Tensor, W_k: Tensor, v_a: Tensor) -> Score:
    """v_a . tanh(q W_q + k W_k), with W_q (d_q, n), W_k (d_k, n), v_a (n,): a small network judges.
    Bahdanau et al. 2014."""

    def score(query: Tensor, key: Tensor) -> Tensor:
        # Every query meets every key: one more dimension, and broadcasting does the rest.
        meeting = (query @ W_q)[:, :, None, :] + (key @ W_k)[:, None, :, :]  # (B, T_q, T_k, n)
        return torch.tanh(meeting) @ v_a  # (B, T_q, T_k)

    return score


# ---- scoring: by location


def location(W_a: Tensor) -> Score:
    """q W_a, with W_a (d_q, longest): the query names positions; what stands there is not looked
    at. Luong et al. 2015."""
    # (B, T_q, longest) -> (B, T_q, T_k)
    return lambda query, key: (query @ W_a)[:, :, : key.shape[1]]


# ---- masks: True = may attend


def padding_mask(lengths: Tensor, T_k: int) -> Tensor:
    """lengths (B,) -> (B, 1, T_k): keys beyond a row's length are padding, for every query."""
    return torch.arange(T_k) < lengths[:, None, None]


def causal_mask(T: int) -> Tensor:
    """(T, T): position i sees what came before it, and itself; never what comes after."""
    position = torch.arange(T)
    return position[:, None] >= position[None, :]


# ---- experiment 1: what does each way of scoring find?

TASKS = {
    "query and key\nspeak one language": "same",
    "query and key speak\ntwo languages": "other",
    "the query\nnames a place": "place",
}
N_WORDS, T_K, D_K, HIDDEN = 15, 7, 12, 32


def make_world(generator: torch.Generator) -> dict[str, Tensor]:
    """Vectors for the words of the keys' language, for the same words in another one, and for
    places in a row of keys."""
    return {
        name: torch.randn(size, D_K, generator=generator)
        for name, size in {"same": N_WORDS, "other": N_WORDS, "place": T_K}.items()
    }


def draw(
    task: str, B: int, world: dict[str, Tensor], generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Rows of different words as keys, and a query that wants one: query (B, 1, D_K), key (B, T_K,
    D_K), wanted (B,)."""
    # (B, T_K), no word twice in a row
    words = torch.rand(B, N_WORDS, generator=generator).argsort(dim=1)[:, :T_K]
    wanted = torch.randint(T_K, (B,), generator=generator)  # (B,) a position
    query = world[task][wanted if task == "place" else words[torch.arange(B), wanted]]  # (B, D_K)
    key = world["same"][words]  # (B, T_K, D_K)
    # A word is never said twice in quite the same way.
    query, key = (x + 0.3 * torch.randn(x.shape, generator=generator) for x in (query, key))
    return query[:, None, :], key, wanted


def learn(
    build: Callable[..., Score],
    weights: list[Tensor],
    task: str,
    world: dict[str, Tensor],
    steps: int,
) -> float:
    """Train `weights` on the task (there may be none), then say how often the wanted key gets the
    greatest weight."""
    generator = torch.Generator().manual_seed(1)
    value = torch.eye(T_K)[None]  # what stands at a position is its number, one-hot
    optimizer = torch.optim.Adam(weights, lr=0.02) if weights else None
    for _ in range(steps if weights else 0):
        query, key, wanted = draw(task, 64, world, generator)
        context, _ = attention(query, key, value, build(*weights))  # (B, 1, T_K)
        # Nobody says where to look: only the answer that was fetched is judged.
        loss = -(context[torch.arange(64), 0, wanted] + 1e-9).log().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    query, key, wanted = draw(task, 2000, world, generator)
    with torch.no_grad():
        _, attention_weights = attention(query, key, value, build(*weights))
    return (attention_weights[:, 0].argmax(dim=-1) == wanted).float().mean().item()


def compare(steps: int) -> dict[str, list[float]]:
    """mechanism -> its accuracy on each of TASKS."""
    generator = torch.Generator().manual_seed(0)
    world = make_world(generator)

    def fresh(*shape: int) -> Tensor:
        return (torch.randn(*shape, generator=generator) / math.sqrt(shape[0])).requires_grad_()

    mechanisms = {
        "dot-product": (lambda: dot_product, list),
        "scaled dot-product": (lambda: scaled_dot_product, list),
        "general": (general, lambda: [fresh(D_K, D_K)]),
        "additive": (additive, lambda: [fresh(D_K, HIDDEN), fresh(D_K, HIDDEN), fresh(HIDDEN)]),
        "location-based": (location, lambda: [fresh(D_K, T_K)]),
    }
    return {
        name: [learn(build, weights(), task, world, steps) for task in TASKS.values()]
        for name, (build, weights) in mechanisms.items()
    }


# ---- experiment 2: why divide by sqrt(d_k)?


def saturation(
    d_k: int, scaled: bool, n_keys: int = 10, n_queries: int = 4000
) -> tuple[float, float, float]:
    """Scores of random vectors with unit variance: their spread, and what the softmax makes of
    them.

    Returns the standard deviation of the scores, the mean greatest weight, and the mean of 1 - sum
    of squared weights: the trace of the softmax's Jacobian, that is, how much the weights still
    answer to a change of the scores."""
    generator = torch.Generator().manual_seed(d_k)
    query = torch.randn(n_queries, 1, d_k, generator=generator)
    key = torch.randn(n_queries, n_keys, d_k, generator=generator)
    scores = (scaled_dot_product if scaled else dot_product)(query, key)  # (n_queries, 1, n_keys)
    weights = torch.softmax(scores, dim=-1)
    response = 1 - weights.square().sum(dim=-1)
    return scores.std().item(), weights.amax(dim=-1).mean().item(), response.mean().item()


WIDTHS = [4, 16, 64, 256, 1024]

# ---- pictures


def heat_map(
    axes: Axes,
    weights: Tensor,
    rows: Sequence[str],
    columns: Sequence[str],
    numbers: str = "",
    top: float = 1.0,
) -> None:
    """weights (rows, columns) as squares, light to dark, the darkest being `top`; `numbers` is a
    format for writing them in."""
    axes.pcolormesh(weights, cmap="Blues", vmin=0, vmax=top, edgecolors="white", linewidth=1)
    axes.set_xticks([j + 0.5 for j in range(len(columns))], columns)
    axes.set_yticks([i + 0.5 for i in range(len(rows))], rows)
    axes.set_ylim(len(rows), 0)  # the first query on top, as one reads
    axes.tick_params(length=0, labelsize=9, labelcolor=INK)
    axes.spines[:].set_visible(False)
    for i, j in [(i, j) for i in range(len(rows)) for j in range(len(columns)) if numbers]:
        colour = "white" if weights[i][j] > 0.6 * top else INK
        axes.text(
            j + 0.5,
            i + 0.5,
            format(float(weights[i][j]), numbers),
            ha="center",
            va="center",
            color=colour,
            fontsize=9,
        )


def draw_comparison(accuracies: dict[str, list[float]]) -> Figure:
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    heat_map(
        figure.add_subplot(),
        torch.tensor(list(accuracies.values())),
        list(accuracies),
        list(TASKS),
        numbers=".0%",
    )
    figure.suptitle(
        "How often the wanted one of seven keys gets the greatest weight", fontsize=11, color=INK
    )
    return figure


def draw_masks() -> tuple[Figure, dict[str, Tensor]]:
    """One set of scores under three masks."""
    generator = torch.Generator().manual_seed(3)
    query, key = (
        torch.randn(1, 5, 8, generator=generator),
        torch.randn(1, 5, 8, generator=generator),
    )
    masks = {
        "no mask": None,
        "the last two keys are padding": padding_mask(torch.tensor([3]), 5),
        "causal": causal_mask(5),
    }
    weights = {
        name: attention(query, key, key, scaled_dot_product, mask)[1][0]
        for name, mask in masks.items()
    }
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    for axes, (name, weight) in zip(figure.subplots(1, 3), weights.items()):
        heat_map(
            axes,
            weight,
            [f"$q_{i}$" for i in range(1, 6)],
            [f"$k_{j}$" for j in range(1, 6)],
            numbers=".2f",
        )
        axes.set_title(name, fontsize=10, color=INK)
    return figure, weights


def draw_saturation(unscaled: list[tuple], scaled: list[tuple]) -> Figure:
    figure = Figure(figsize=(9, 2.9), layout="constrained")
    titles = ["spread of the scores", "greatest of ten weights", "answer to a change of the scores"]
    for column, (axes, title) in enumerate(zip(figure.subplots(1, 3), titles)):
        for rows, colour, name in [
            (unscaled, RED, r"$q\cdot k$"),
            (scaled, BLUE, r"$q\cdot k\,/\,\sqrt{d_k}$"),
        ]:
            axes.plot(WIDTHS, [row[column] for row in rows], color=colour, marker="o", label=name)
        axes.set_xscale("log", base=2)
        axes.set_xticks(WIDTHS, WIDTHS)
        axes.set_xlabel("$d_k$")
        axes.set_ylim(bottom=0, top=None if column == 0 else 1)
        axes.set_title(title, fontsize=10, color=INK)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].legend(frameon=False)
    return figure


# ---- what every lesson needs at its end


def arguments(argv: Sequence[str] | None, about: str) -> argparse.Namespace:
    """--out FOLDER for the pictures, --quick for a run of seconds that shows the way but not the
    results."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("."),
        metavar="FOLDER",
        help="where the pictures go (default: here)",
    )
    parser.add_argument(
        "--quick", action="store_true", help="train hardly at all: to see that everything runs"
    )
    options = parser.parse_args(argv)
    # Better said now than after a minute of training: the lessons' own folder may be read-only.
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"no pictures can be left in {options.out}: {error.strerror}")
    if not os.access(options.out, os.W_OK):
        parser.error(f"no pictures can be left in {options.out}: name another folder with --out")
    return options


def publish(out: Path, lesson: str, figures: dict[str, Figure], findings: list[str]) -> None:
    """Print what was found, and keep it as LESSON.txt beside the pictures LESSON_NAME.png."""
    text = "\n".join(findings) + "\n"
    print(text, end="")
    (out / f"{lesson}.txt").write_text(text, encoding="utf-8")
    for name, figure in figures.items():
        figure.savefig(out / f"{lesson}_{name}.png", dpi=110)
        print(f"-> {out / f'{lesson}_{name}.png'}")


def main(argv: Sequence[str] | None = None) -> None:
    options = arguments(argv, __doc__)
    torch.set_num_threads(1)

    accuracies = compare(steps=20 if options.quick else 400)
    findings = [
        "How often the wanted one of 7 keys gets the greatest weight: one language, two languages,"
        " place (guessing: 14%)"
    ]
    findings += [
        f"  {name:18}" + "".join(f"{accuracy:7.0%}" for accuracy in row)
        for name, row in accuracies.items()
    ]

    masks, weights = draw_masks()
    # the classic mistake: mask what the softmax has shared out
    after = (weights["no mask"] * causal_mask(5)).sum(dim=-1)
    findings += [
        "",
        (
            "Row sums with the causal mask before the softmax:"
            f" {[round(x, 2) for x in weights['causal'].sum(-1).tolist()]}"
        ),
        (
            "and with the same mask after it, by mistake:     "
            f" {[round(x, 2) for x in after.tolist()]}"
        ),
    ]

    unscaled, scaled = ([saturation(d_k, kind) for d_k in WIDTHS] for kind in (False, True))
    findings += [
        "",
        (
            "Scores of random vectors: standard deviation, greatest of ten weights, answer to a"
            " change of the scores"
        ),
    ]
    findings += [
        f"  d_k {d_k:5}   q.k: {a[0]:6.2f} {a[1]:.2f} {a[2]:.2f}   q.k / sqrt(d_k): {b[0]:.2f}"
        f" {b[1]:.2f} {b[2]:.2f}"
        for d_k, a, b in zip(WIDTHS, unscaled, scaled)
    ]
    publish(
        options.out,
        "basic_attention",
        {
            "mechanisms": draw_comparison(accuracies),
            "masks": masks,
            "saturation": draw_saturation(unscaled, scaled),
        },
        findings,
    )


if __name__ == "__main__":
    main()
