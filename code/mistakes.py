"""Lesson 8. What goes wrong, and how it looks: nine typical mistakes and the maps that they give.

Every map comes from running the mistake, on the same queries and keys: six words that look at
themselves, in a row that is padded to eight. Each mistake runs without an error message. A map, its
row sums and its weight on the padding tell them apart.

    python code/mistakes.py --out pictures
"""

import math
from collections.abc import Callable, Sequence

import torch
from basic_attention import (
    INK,
    arguments,
    attention,
    causal_mask,
    heat_map,
    padding_mask,
    publish,
    scaled_dot_product,
)
from matplotlib.figure import Figure
from torch import Tensor

WORDS = ["the", "cat", "saw", "the", "dog", ".", "<pad>", "<pad>"]
T, REAL, D_K = len(WORDS), 6, 64
MASK = padding_mask(torch.tensor([REAL]), T)[0]  # (1, T), the same for every query


def make_words() -> tuple[Tensor, Tensor]:
    """query (T, D_K) and key (T, D_K): a word's query is like its own key, and *the* is twice the
    same word in two places."""
    generator = torch.Generator().manual_seed(3)
    word, place = torch.randn(2, T, D_K, generator=generator)
    word[3], word[7] = word[0], word[6]
    key = 0.8 * word + 0.6 * place
    return 0.45 * key + 0.2 * torch.randn(T, D_K, generator=generator), key


QUERY, KEY = make_words()


def attend(query: Tensor, key: Tensor, mask: Tensor) -> Tensor:
    """attention_weights (T, T), as they should be."""
    return attention(query, key, key, scaled_dot_product, mask)[1]


def scores() -> Tensor:
    return QUERY @ KEY.T / math.sqrt(D_K)  # (T_q, T_k)


def wrong_axis() -> Tensor:
    return scores().masked_fill(~MASK, -math.inf).softmax(dim=0).nan_to_num()


def not_scaled() -> Tensor:
    return (QUERY @ KEY.T).masked_fill(~MASK, -math.inf).softmax(dim=-1)


def scaled_too_much() -> Tensor:
    return (QUERY @ KEY.T / D_K).masked_fill(~MASK, -math.inf).softmax(dim=-1)


def mask_after_softmax() -> Tensor:
    return scores().softmax(dim=-1) * MASK


def mask_turned_round() -> Tensor:
    return scores().masked_fill(MASK, -math.inf).softmax(dim=-1)


def mask_forgotten() -> Tensor:
    return scores().softmax(dim=-1)


def causal_off_by_one() -> Tensor:
    """Strictly before: the first word may look at nothing, and no word at itself."""
    return attend(QUERY, KEY, causal_mask(T).tril(-1) & MASK)


def transposed() -> Tensor:
    shifted = QUERY.roll(1, dims=0)  # each word asks for the one before it
    return attend(shifted, KEY, MASK).T


def view_without_transpose(n_heads: int = 4) -> Tensor:
    """Cut into heads in one view: a head gets pieces of different words. The first head's map."""
    query, key = (x.reshape(n_heads, T, D_K // n_heads) for x in (QUERY, KEY))
    weights = (query @ key.transpose(1, 2) / math.sqrt(D_K // n_heads)).masked_fill(
        ~MASK, -math.inf
    )
    return weights.softmax(dim=-1)[0]


MAPS: dict[str, Callable[[], Tensor]] = {
    "as it should be": lambda: attend(QUERY, KEY, MASK),
    "softmax over the queries": wrong_axis,
    "not divided by the root": not_scaled,
    "divided by d_k": scaled_too_much,
    "mask after the softmax": mask_after_softmax,
    "mask turned round": mask_turned_round,
    "mask forgotten": mask_forgotten,
    "causal mask off by one": causal_off_by_one,
    "map transposed": transposed,
    "view without transpose": view_without_transpose,
}


def draw_maps() -> Figure:
    figure = Figure(figsize=(11, 5.6), layout="constrained")
    for axes, (name, make) in zip(
        figure.subplots(2, 5, sharex=True, sharey=True).flat, MAPS.items()
    ):
        heat_map(axes, make(), WORDS, WORDS)
        axes.tick_params(axis="x", rotation=90)
        axes.tick_params(labelsize=8)
        axes.set_title(name, fontsize=9, color=INK)
    return figure


def main(argv: Sequence[str] | None = None) -> None:
    options = arguments(argv, __doc__)
    findings = ["For the six real words: row sums, mean weight on the padding, greatest weight"]
    for name, make in MAPS.items():
        rows = make()[:REAL]
        sums, padding = rows.sum(dim=-1), rows[:, REAL:].sum(dim=-1)
        findings.append(
            f"  {name:26} {sums.min():.2f} to {sums.max():.2f}   {padding.mean():.2f}  "
            f" {rows.max():.2f}"
        )
    publish(options.out, "mistakes", {"maps": draw_maps()}, findings)


if __name__ == "__main__":
    main()
