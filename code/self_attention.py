"""Lesson 3. Self-attention: every position of a sequence asks every other, all at once.

The layer is the attention of lesson 1 with query, key and value all made from the same sequence,
several times side by side (heads). It is compared with PyTorch's own, number by number; it is shown
to be blind to order, and given positions; and it plays a game of Memory that a recurrent network of
the same size cannot.

    python code/self_attention.py --out pictures
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from basic_attention import (
    BLUE,
    INK,
    QUIET,
    RED,
    arguments,
    attention,
    causal_mask,
    heat_map,
    publish,
    scaled_dot_product,
)
from matplotlib.figure import Figure
from torch import Tensor, nn

# ---- the layer


class SelfAttention(nn.Module):
    """Heads side by side. Each has its own three maps into a small space, and its own way back.

    Written with one matrix per head, so that a head is something one can point at: W_q[h] is its
    idea of a question, W_k[h] of an offer, W_v[h] of what to hand over, W_o[h] of where in the
    result it goes. Vaswani et al. 2017, section 3.2.2."""

    def __init__(self, d_model: int, n_heads: int, d_k: int, d_v: int):
        super().__init__()
        self.W_q = nn.Parameter(torch.randn(n_heads, d_model, d_k) / math.sqrt(d_model))
        self.W_k = nn.Parameter(torch.randn(n_heads, d_model, d_k) / math.sqrt(d_model))
        self.W_v = nn.Parameter(torch.randn(n_heads, d_model, d_v) / math.sqrt(d_model))
        self.W_o = nn.Parameter(torch.randn(n_heads, d_v, d_model) / math.sqrt(n_heads * d_v))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, T, d_model), mask broadcastable to (B, H, T, T), True = may attend.

        Returns context (B, T, d_model) and attention_weights (B, H, T, T)."""
        x = x[:, None]  # (B, 1, T, d_model): the same input for all heads
        # (B, H, T, d_k), (B, H, T, d_k), (B, H, T, d_v)
        query, key, value = x @ self.W_q, x @ self.W_k, x @ self.W_v
        # Lesson 1, in each head by itself.
        # (B, H, T, d_v), (B, H, T, T)
        heads, attention_weights = attention(query, key, value, scaled_dot_product, mask)
        # Each head writes into the result in its own way, and what they write adds up.
        context = (heads @ self.W_o).sum(dim=1)  # (B, H, T, d_model) -> (B, T, d_model)
        return context, attention_weights


# ---- the same numbers as PyTorch's


def to_torch_mask(mask: Tensor) -> Tensor:
    """nn.MultiheadAttention's masks say True = must NOT attend. This is the one place where ours
    are turned round."""
    return ~mask


def to_torch_layer(layer: SelfAttention) -> nn.MultiheadAttention:
    """An nn.MultiheadAttention that holds the weights of `layer` (whose d_k and d_v must be d_model
    / n_heads)."""
    n_heads, d_model, _ = layer.W_q.shape
    theirs = nn.MultiheadAttention(d_model, n_heads, bias=False, batch_first=True)
    # PyTorch keeps the maps of all heads in one matrix, transposed: head after head, queries, then
    # keys, then values.
    # 3 x (H * d_k, d_model)
    rows = [W.transpose(1, 2).flatten(0, 1) for W in (layer.W_q, layer.W_k, layer.W_v)]
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat(rows))  # (3 * d_model, d_model)
        # (H * d_v, d_model) -> (d_model, H * d_v)
        theirs.out_proj.weight.copy_(layer.W_o.flatten(0, 1).T)
    return theirs


def differences_from_torch() -> dict[str, float]:
    """The greatest difference between a number of ours and PyTorch's, with a causal mask."""
    torch.manual_seed(0)
    B, T, d_model, n_heads = 2, 7, 12, 3
    x, mask = torch.randn(B, T, d_model), causal_mask(T)
    query, key, value = torch.randn(B, 5, 8), torch.randn(B, T, 8), torch.randn(B, T, 9)
    some = torch.rand(B, 5, T) < 0.6
    some[:, :, 0] = True  # so that no query is left with nothing
    ours, _ = attention(query, key, value, scaled_dot_product, some)
    # True = may attend here, too
    theirs = F.scaled_dot_product_attention(query, key, value, attn_mask=some)
    found = {"F.scaled_dot_product_attention": (ours - theirs).abs().max().item()}

    layer = SelfAttention(d_model, n_heads, d_k=d_model // n_heads, d_v=d_model // n_heads)
    ours, our_weights = layer(x, mask)
    theirs, their_weights = to_torch_layer(layer)(
        x, x, x, attn_mask=to_torch_mask(mask), average_attn_weights=False
    )
    found["nn.MultiheadAttention, context"] = (ours - theirs).abs().max().item()
    found["nn.MultiheadAttention, attention_weights"] = (
        (our_weights - their_weights).abs().max().item()
    )
    return found


# ---- positions


def positional_waves(T: int, d_model: int) -> Tensor:
    """(T, d_model): each position as the hands of d_model / 2 clocks, the fastest first. Vaswani et
    al. 2017, section 3.5.

    First all sines, then all cosines. (The paper puts them in turns; a layer that mixes columns
    anyway cannot tell.)"""
    # (d_model / 2,) radians per position
    speed = 10_000 ** -(torch.arange(0, d_model, 2) / d_model)
    angle = torch.arange(T)[:, None] * speed  # (T, d_model / 2)
    return torch.cat([angle.sin(), angle.cos()], dim=1)


def gap_of_the_past() -> float:
    """Change the last positions of a sequence: how much changes, under a causal mask, in the first
    ones?"""
    torch.manual_seed(0)
    layer, x = SelfAttention(16, 2, 5, 6), torch.randn(1, 9, 16)
    # the future, from position 4 on, is another one
    changed = torch.cat([x[:, :4], torch.randn(1, 5, 16)], dim=1)
    return (
        (layer(x, causal_mask(9))[0][:, :4] - layer(changed, causal_mask(9))[0][:, :4])
        .abs()
        .max()
        .item()
    )


def order_blindness() -> tuple[float, float]:
    """Shuffle the input. How far is the output from being shuffled in the same way: without
    positions, and with them?"""
    torch.manual_seed(0)
    T, d_model = 9, 16
    layer, x, shuffle = (
        SelfAttention(d_model, 2, 5, 6),
        torch.randn(1, T, d_model),
        torch.randperm(T),
    )
    waves = positional_waves(T, d_model)

    def gap(add: Tensor) -> float:
        return (layer(x[:, shuffle] + add)[0] - layer(x + add)[0][:, shuffle]).abs().max().item()

    return gap(torch.zeros(T, d_model)), gap(waves)


# ---- a game of Memory: n_pairs pairs of cards lie in a row. A card shows a picture and a colour;
# its twin has the same
#      picture and, as a rule, another colour. For every card: which colour has its twin?

N_PICTURES, N_COLOURS, MOST_PAIRS = 40, 6, 16


class Game(NamedTuple):
    picture: Tensor  # (B, T), T = 2 * n_pairs
    colour: Tensor  # (B, T)
    twin_colour: Tensor  # (B, T): the answer


def deal(B: int, n_pairs: int, generator: torch.Generator) -> Game:
    # (B, T)
    picture = (
        torch.rand(B, N_PICTURES, generator=generator).argsort(dim=1)[:, :n_pairs].repeat(1, 2)
    )
    colour = torch.randint(N_COLOURS, (B, 2 * n_pairs), generator=generator)
    twin_colour = colour.roll(n_pairs, dims=1)  # so far, a card's twin is n_pairs further on
    order = torch.rand(B, 2 * n_pairs, generator=generator).argsort(dim=1)  # shuffle the row
    return Game(*(x.gather(1, order) for x in (picture, colour, twin_colour)))


class Player(nn.Module):
    """Cards become vectors, `mix` lets them exchange what they know, and each names a colour."""

    def __init__(self, mix: nn.Module, d_model: int):
        super().__init__()
        self.picture, self.colour = (
            nn.Embedding(N_PICTURES, d_model),
            nn.Embedding(N_COLOURS, d_model),
        )
        self.mix, self.answer = (
            mix,
            nn.Sequential(
                nn.Linear(d_model, 2 * d_model), nn.ReLU(), nn.Linear(2 * d_model, N_COLOURS)
            ),
        )

    def forward(self, game: Game) -> tuple[Tensor, Tensor | None]:
        """Returns logits (B, T, N_COLOURS) and whatever `mix` says of its attention."""
        x = self.picture(game.picture) + self.colour(game.colour)  # (B, T, d_model)
        mixed, attention_weights = self.mix(x)  # (B, T, d_model)
        return self.answer(x + mixed), attention_weights  # what a card knew, and what it was told


class Recurrent(nn.Module):
    """Two LSTMs, from the left and from the right: like self-attention, each position can hear of
    every other."""

    def __init__(self, d_model: int, hidden_size: int):
        super().__init__()
        self.lstm = nn.LSTM(d_model, hidden_size, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hidden_size, d_model, bias=False)

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        return self.out(self.lstm(x)[0]), None  # (B, T, 2 * hidden_size) -> (B, T, d_model)


def n_parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


D_MODEL = 40
PLAYERS: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "self-attention": (lambda: SelfAttention(D_MODEL, n_heads=2, d_k=32, d_v=32), BLUE),
    "two-way LSTM": (lambda: Recurrent(D_MODEL, hidden_size=21), RED),
}


def train(build: Callable[[], nn.Module], steps: int) -> Player:
    """Play `steps` times 64 games, each time with another number of pairs."""
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    player = Player(build(), D_MODEL)
    optimizer = torch.optim.Adam(player.parameters(), lr=3e-3)
    for step in range(steps):
        game = deal(64, 2 + step % (MOST_PAIRS - 1), generator)
        logits, _ = player(game)
        # (B * T, N_COLOURS), (B * T,)
        loss = F.cross_entropy(logits.flatten(0, 1), game.twin_colour.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return player


@torch.no_grad()
def accuracy(player: Player, n_pairs: int) -> float:
    game = deal(300, n_pairs, torch.Generator().manual_seed(2))
    return (player(game)[0].argmax(dim=-1) == game.twin_colour).float().mean().item()


# ---- pictures

SYMBOLS = "☂★♞♣✈☎♫⚓✿❄"
COLOURS = ["#c0392b", "#2471a3", "#1e8449", "#b9770e", "#7d3c98", "#34495e"]


def draw_accuracy(accuracies: dict[str, dict[int, float]]) -> Figure:
    figure = Figure(figsize=(6.5, 3), layout="constrained")
    axes = figure.add_subplot()
    for name, found in accuracies.items():
        axes.plot(
            list(found),
            list(found.values()),
            color=PLAYERS[name][1],
            linewidth=2,
            marker="o",
            label=name,
        )
    axes.axhline(1 / N_COLOURS, color=QUIET, linestyle=":", label="guessing")
    axes.axvspan(MOST_PAIRS, max(found), color=QUIET, alpha=0.12, linewidth=0)
    axes.text(
        MOST_PAIRS + 0.3, 0.93, "more cards than\never in training", fontsize=8, color=INK, va="top"
    )
    axes.set(
        ylim=(0, 1.04),
        xticks=list(found),
        xlabel="pairs of cards in the row",
        ylabel="twins' colours named",
    )
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.legend(frameon=False, loc="center right")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


@torch.no_grad()
def draw_game(player: Player) -> Figure:
    """One game of five pairs, in the eyes of each head. A label has the picture and the colour of
    its card."""
    game = deal(1, 5, torch.Generator().manual_seed(5))
    weights = player(game)[1][0]  # (H, T, T)
    pictures = game.picture[0].tolist()
    cards = [SYMBOLS[sorted(set(pictures)).index(picture)] for picture in pictures]
    figure = Figure(figsize=(8.4, 4.6), layout="constrained")
    for h, axes in enumerate(figure.subplots(1, len(weights))):
        heat_map(axes, weights[h], cards, cards)
        axes.set_aspect("equal")
        axes.set_title(f"head {h + 1}", fontsize=10, color=INK)
        for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
            for label, colour in zip(labels, game.colour[0].tolist()):
                label.set(color=COLOURS[colour], fontsize=15)
        axes.set(xlabel="is told by", ylabel="the card")
    return figure


def draw_positions(T: int = 64, d_model: int = 32) -> Figure:
    waves = positional_waves(T, d_model)
    figure = Figure(figsize=(9, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.pcolormesh(waves.T, cmap="RdBu", vmin=-1, vmax=1)
    left.set(xlabel="position", ylabel="column: sines, then cosines")
    for position, colour in [(12, RED), (32, BLUE), (48, INK)]:
        right.plot(waves @ waves[position], color=colour, label=f"position {position}")
    right.set(xlabel="position", ylabel="dot-product with ...", ylim=(0, d_model / 2 + 0.5))
    right.legend(frameon=False, fontsize=8, ncols=3, loc="lower center")
    right.spines[["top", "right"]].set_visible(False)
    return figure


def main(argv: Sequence[str] | None = None) -> None:
    options = arguments(argv, __doc__)
    torch.set_num_threads(1)

    findings = ["The greatest difference from PyTorch's own, under a mask:"]
    for name, difference in differences_from_torch().items():
        assert difference < 1e-5, name
        findings += [f"  {name:42} {difference:.0e}"]

    future, (without, with_waves) = gap_of_the_past(), order_blindness()
    assert future == 0 and without < 1e-5 < with_waves
    findings += [
        "",
        f"Another future changes the past, under a causal mask, by {future:.0f}.",
        (
            "Shuffle the input and the output is shuffled with it; it differs from that by"
            f" {without:.0e},"
        ),
        f"but by {with_waves:.1f} once the positions have waves added to them.",
        "",
    ]

    steps = 30 if options.quick else 600
    # The LSTM is somewhat larger and practises three times as long: nobody shall say it had no
    # chance.
    players = {
        "self-attention": train(PLAYERS["self-attention"][0], steps),
        "two-way LSTM": train(PLAYERS["two-way LSTM"][0], 3 * steps),
    }
    accuracies = {
        name: {n_pairs: accuracy(player, n_pairs) for n_pairs in range(2, 21, 2)}
        for name, player in players.items()
    }
    findings += [
        f"Memory: how many of the twins' colours are named right (guessing: {1 / N_COLOURS:.0%}),"
        " by number of pairs"
    ]
    findings += [
        f"  {name:15} {n_parameters(player.mix):6} parameters  "
        + "  ".join(f"{n_pairs} {share:.0%}" for n_pairs, share in accuracies[name].items())
        for name, player in players.items()
    ]
    publish(
        options.out,
        "self_attention",
        {
            "memory": draw_accuracy(accuracies),
            "twins": draw_game(players["self-attention"]),
            "positions": draw_positions(),
        },
        findings,
    )


if __name__ == "__main__":
    main()
