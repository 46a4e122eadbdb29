"""Lesson 4. Looking at attention: maps, heads, entropy, training time, rollout, and a test of what
one has seen.

A small Transformer learns to fill gaps in haiku that a little grammar writes. In each of them the
first line sets a season and an hour, a dash cuts, and at the very end a creature of just that
season and hour appears. The model is told none of this. The haiku that all pictures look at was
written for this lesson, and is kept out of the training:

    quiet snowfall night —
    a lantern waits by the gate
    for the late vixen

    python code/attention_visualization.py --out pictures
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from basic_attention import BLUE, INK, QUIET, RED, arguments, heat_map, publish
from matplotlib.figure import Figure
from self_attention import SelfAttention
from torch import Tensor, nn

# ---- haiku from a grammar. All have 5, 7 and 5 syllables, and their words always stand in the same
# fourteen places.

SEASONS = ["spring", "summer", "autumn", "winter"]
SEASON_WORDS = [
    ["blossom", "willow", "April"],
    ["poppy", "thunder", "barley"],
    ["maple", "harvest", "russet"],
    ["snowfall", "winter", "frosty"],
]
HOURS = [["dawn", "noon"], ["dusk", "night"]]  # by day, and in the dark
CREATURES = [
    ["swallow", "bullfrog"],
    ["skylark", "cricket"],
    ["starling", "badger"],
    ["robin", "vixen"],
]
MOODS, PLACES, ORDER = (
    ["quiet", "sudden", "early", "lonely"],
    ["gate", "pond", "wall", "stair"],
    ["first", "last", "late"],
)
THINGS, DOING = ["lantern", "window", "kettle", "doorway"], ["wait", "lean", "hum", "glow"]
POEM = "quiet snowfall night — a lantern waits by the gate for the late vixen".split()
T, SEASON, HOUR, CUT, CREATURE = len(POEM), 1, 2, 3, 13
NUMERAL, THING, VERB = 4, 5, 6  # a lantern waits, two lanterns wait
GAP = "□"


def count(pool: Sequence, B: int, generator: torch.Generator) -> list[int]:
    return torch.randint(len(pool), (B,), generator=generator).tolist()


def write(B: int, generator: torch.Generator) -> list[list[str]]:
    """B haiku of T words. Number agrees in the second line: a lantern waits, two lanterns wait."""
    choices = [
        count(pool, B, generator)
        for pool in (
            MOODS,
            SEASONS,
            SEASON_WORDS[0],
            HOURS,
            HOURS[0],
            "ab",
            THINGS,
            DOING,
            PLACES,
            ORDER,
        )
    ]
    poems = []
    for mood, season, word, dark, hour, many, thing, doing, place, order in zip(*choices):
        second = (
            ["two", THINGS[thing] + "s", DOING[doing]]
            if many
            else ["a", THINGS[thing], DOING[doing] + "s"]
        )
        poems.append(
            [
                MOODS[mood],
                SEASON_WORDS[season][word],
                HOURS[dark][hour],
                "—",
                *second,
                "by",
                "the",
                PLACES[place],
                "for",
                "the",
                ORDER[order],
                CREATURES[season][dark],
            ]
        )
    return [poem for poem in poems if poem != POEM]


def number_words() -> dict[str, int]:
    pools = [
        *SEASON_WORDS,
        *HOURS,
        *CREATURES,
        MOODS,
        PLACES,
        ORDER,
        THINGS,
        [thing + "s" for thing in THINGS],
        DOING,
        [doing + "s" for doing in DOING],
        ["—", "a", "two", "by", "the", "for", GAP],
    ]
    return {word: i for i, word in enumerate(word for pool in pools for word in pool)}


VOCABULARY = number_words()


def encode(poems: Sequence[Sequence[str]]) -> Tensor:
    return torch.tensor([[VOCABULARY[word] for word in poem] for poem in poems])  # (B, T)


# ---- the model: two layers of four heads, as small as they come

D_MODEL, N_LAYERS, N_HEADS = 48, 2, 4


class Layer(nn.Module):
    """Exchange (lesson 3), then think it over word by word; each adds to what was there."""

    def __init__(self):
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(D_MODEL), nn.LayerNorm(D_MODEL)
        self.exchange = SelfAttention(D_MODEL, N_HEADS, d_k=16, d_v=12)
        self.think = nn.Sequential(
            nn.Linear(D_MODEL, 4 * D_MODEL), nn.ReLU(), nn.Linear(4 * D_MODEL, D_MODEL)
        )

    def forward(self, x: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        context, attention_weights = self.exchange(self.norm_1(x), mask)
        x = x + context  # (B, T, d_model)
        return x + self.think(self.norm_2(x)), attention_weights  # (B, T, d_model), (B, H, T, T)


class GapFiller(nn.Module):
    """What word stands at each place, as far as the others tell?"""

    def __init__(self):
        super().__init__()
        self.word = nn.Embedding(len(VOCABULARY), D_MODEL)
        self.place = nn.Parameter(0.5 * torch.randn(T, D_MODEL))
        self.layers = nn.ModuleList(Layer() for _ in range(N_LAYERS))
        self.norm, self.answer = nn.LayerNorm(D_MODEL), nn.Linear(D_MODEL, len(VOCABULARY))

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """ids (B, T) -> logits (B, T, vocab_size), attention_weights (L, B, H, T, T)."""
        x, maps = self.word(ids) + self.place, []  # (B, T, d_model)
        for layer in self.layers:
            x, attention_weights = layer(x, mask)
            maps.append(attention_weights)
        return self.answer(self.norm(x)), torch.stack(maps)


def with_gap(poem: Sequence[str], place: int) -> list[str]:
    return [*poem[:place], GAP, *poem[place + 1 :]]


class Moment(NamedTuple):
    step: int
    maps: Tensor  # (L, H, T, T) for POEM with a gap instead of its creature
    accuracy: float  # of the creatures in unseen haiku


def train(steps: int, moments: Sequence[int]) -> tuple[GapFiller, list[Moment]]:
    """Fill one random gap in each of 64 haiku per step; keep the maps of POEM at some moments."""
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    model, kept = GapFiller(), []
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for step in range(steps + 1):
        if step in moments:
            kept.append(
                Moment(step, look(model, with_gap(POEM, CREATURE)), creature_accuracy(model))
            )
        whole = encode(write(64, generator))  # (B, T)
        rows, gaps = torch.arange(len(whole)), torch.randint(T, (len(whole),), generator=generator)
        ids = whole.clone()
        ids[rows, gaps] = VOCABULARY[GAP]
        logits, _ = model(ids)
        loss = F.cross_entropy(logits[rows, gaps], whole[rows, gaps])  # (B, vocab_size), (B,)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model, kept


@torch.no_grad()
def look(model: GapFiller, poem: Sequence[str]) -> Tensor:
    """The attention maps (L, H, T, T) of one haiku."""
    return model(encode([poem]))[1][:, 0]


@torch.no_grad()
def creature_accuracy(model: GapFiller, mask: Tensor | None = None) -> float:
    """How often the creature of an unseen haiku is named, if attention is confined to `mask` (T, T)
    in all layers."""
    whole = encode(write(400, torch.Generator().manual_seed(2)))
    ids = whole.clone()
    ids[:, CREATURE] = VOCABULARY[GAP]
    return (
        (model(ids, mask)[0][:, CREATURE].argmax(dim=-1) == whole[:, CREATURE])
        .float()
        .mean()
        .item()
    )


@torch.no_grad()
def number_accuracy(model: GapFiller, mask: Tensor | None = None) -> float:
    """How often a missing verb of an unseen haiku gets the right number, whichever verb it is, if
    attention is confined to `mask` (T, T) in all layers."""
    whole = encode(write(400, torch.Generator().manual_seed(2)))
    ids = whole.clone()
    ids[:, VERB] = VOCABULARY[GAP]
    said = model(ids, mask)[0][:, VERB].argmax(dim=-1)
    many = torch.tensor([VOCABULARY[verb] for verb in DOING])
    one = torch.tensor([VOCABULARY[verb + "s"] for verb in DOING])
    wants_many = torch.isin(whole[:, VERB], many)
    return (
        torch.where(wants_many, torch.isin(said, many), torch.isin(said, one)).float().mean().item()
    )


# ---- measures


def attended_words(weights: Tensor) -> Tensor:
    """How many words a row of weights is spread over: e to its entropy. weights (..., T_k) ->
    (...), from 1 to T_k.

    Entropy itself is in nats; this is the number of equal weights that would have the same
    entropy."""
    return torch.special.entr(weights).sum(dim=-1).exp()  # entr(w) = -w ln w, and 0 for w = 0


def walk_down(maps: Tensor, start: int) -> list[Tensor]:
    """Attention rollout for one word: where does what stands at `start`, on top of the last layer,
    come from?

    maps (L, H, T, T). A walker goes down layer by layer. Half of it stays in its place, since each
    layer adds to what was there; the other half follows the attention, averaged over heads. Returns
    where it is, (T,): on top, after one layer, ..., among the input words. Abnar & Zuidema 2020,
    who multiply the whole matrices; this is one row of theirs."""
    where = F.one_hot(torch.tensor(start), maps.shape[-1]).float()  # (T,)
    steps = [where]
    for layer in reversed(maps.mean(dim=1)):  # (T, T), the last layer first
        where = 0.5 * where + 0.5 * where @ layer  # (T,) @ (T, T) -> (T,)
        steps.append(where)
    return steps


def without(*places: int) -> Tensor:
    """A mask (T, T), True = may attend: no position may look at `places`, except each of these at
    itself."""
    mask = torch.ones(T, T, dtype=torch.bool)
    for place in places:
        mask[:, place] = False
        mask[place, place] = True
    return mask


# ---- pictures


def draw_haiku(panels: dict[str, Tensor], poem: Sequence[str]) -> Figure:
    """The haiku as it is read, the ground of each word as dark as its weight: title -> weights
    (T,)."""
    figure = Figure(figsize=(8.5, 1.7 * ((len(panels) + 1) // 2)), layout="constrained")
    for axes, (title, weights) in zip(
        figure.subplots((len(panels) + 1) // 2, 2).flat, panels.items()
    ):
        axes.set(xlim=(0, 38), ylim=(2.6, -0.6))  # wide enough for 38 letters
        axes.axis("off")
        axes.set_title(title, fontsize=10, color=QUIET, loc="left")
        for line, (first, last) in enumerate([(0, 4), (4, 10), (10, 14)]):
            right = 1.0
            for place in range(first, last):
                middle, right = right + len(poem[place]) / 2, right + len(poem[place]) + 1.6
                ground = {
                    "boxstyle": "round,pad=0.25",
                    "facecolor": BLUE,
                    "alpha": weights[place].item(),
                    "linewidth": 0,
                }
                ink = "white" if weights[place] > 0.6 else INK
                # the ground first, the word on it
                for colour, box in [((0, 0, 0, 0), ground), (ink, None)]:
                    axes.text(
                        middle,
                        line,
                        poem[place],
                        ha="center",
                        va="center",
                        family="serif",
                        fontsize=12,
                        color=colour,
                        bbox=box,
                    )
    return figure


def draw_heads(maps: Tensor, poem: Sequence[str]) -> Figure:
    """maps (L, H, T, T) as a grid, one row per layer, all on one scale."""
    figure = Figure(figsize=(11, 6), layout="constrained")
    for layer, row in enumerate(figure.subplots(*maps.shape[:2], sharex=True, sharey=True)):
        for h, axes in enumerate(row):
            heat_map(axes, maps[layer, h], poem, poem)
            axes.tick_params(axis="x", rotation=90)
            axes.tick_params(labelsize=8)
            axes.set_title(f"layer {layer + 1}, head {h + 1}", fontsize=9, color=INK)
    return figure


def draw_rows(
    rows: Tensor,
    names: Sequence[str],
    poem: Sequence[str],
    title: str,
    numbers: str = "",
    top: float = 1.0,
) -> Figure:
    """rows (n, T): some numbers for each word of the haiku, one kind under the other."""
    figure = Figure(figsize=(9, 1.2 + 0.32 * len(names)), layout="constrained")
    axes = figure.add_subplot()
    heat_map(axes, rows, names, poem, numbers, top)
    axes.tick_params(axis="x", labelsize=8)
    axes.set_title(title, fontsize=10, color=INK)
    return figure


def draw_test(weights: Tensor, lost: Tensor, poem: Sequence[str]) -> Figure:
    figure = Figure(figsize=(9, 3), layout="constrained")
    axes = figure.add_subplot()
    axes.bar(
        [place - 0.2 for place in range(T)],
        weights.tolist(),
        0.38,
        color=BLUE,
        label="attention from the gap, mean of all heads",
    )
    axes.bar(
        [place + 0.2 for place in range(T)],
        lost.tolist(),
        0.38,
        color=RED,
        label="accuracy lost when no word may look there",
    )
    axes.set_xticks(range(T), poem, fontsize=8)
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def main(argv: Sequence[str] | None = None) -> None:
    options = arguments(argv, __doc__)
    torch.set_num_threads(1)
    moments = [0, 10, 20] if options.quick else [0, 25, 50, 75, 100, 125, 150, 200, 600]
    model, kept = train(moments[-1], moments)

    gapped = with_gap(POEM, CREATURE)
    maps = kept[-1].maps  # (L, H, T, T)
    from_gap = maps[:, :, CREATURE]  # (L, H, T): where the gap looks
    names = [f"layer {i + 1}, head {h + 1}" for i in range(N_LAYERS) for h in range(N_HEADS)]
    # The head that, when all is learnt, looks hardest from the gap to the season word; and the one
    # to the cut.
    to_season, to_cut = (from_gap[:, :, place].flatten().argmax().item() for place in (SEASON, CUT))
    flat = from_gap.flatten(0, 1)  # (L * H, T)
    rollout = torch.stack(walk_down(maps, CREATURE))  # (L + 1, T)
    intact = creature_accuracy(model)
    lost = torch.tensor(
        [intact - creature_accuracy(model, without(place)) for place in range(CREATURE)] + [0.0]
    )
    words = attended_words(maps)  # (L, H, T)

    findings = [
        f"Unseen haiku: {intact:.0%} of the creatures named (guessing: {1 / 8:.0%}).",
        (
            f"In '{' '.join(gapped)}' the gap looks at '{POEM[SEASON]}' with"
            f" {flat[to_season, SEASON]:.2f} in {names[to_season]},"
        ),
        (
            f"and at the cut with {flat[to_cut, CUT]:.2f} in {names[to_cut]}. Rollout gives"
            f" '{POEM[SEASON]}' {rollout[-1, SEASON]:.2f}, '{POEM[HOUR]}' {rollout[-1, HOUR]:.2f},"
            f" the cut {rollout[-1, CUT]:.2f}."
        ),
        "Heads spread their weight over this many words, on average: "
        + ", ".join(
            f"{name} {mean:.1f}" for name, mean in zip(names, words.mean(dim=-1).flatten().tolist())
        ),
        "Creatures named when no word may look at the",
    ]
    findings += [
        f"  {name:12}{intact - lost[place]:5.0%}"
        for name, place in [("season word", SEASON), ("hour", HOUR), ("cut", CUT)]
    ]
    in_verb = max(range(N_LAYERS * N_HEADS), key=lambda h: maps.flatten(0, 1)[h, VERB, NUMERAL])
    findings += [
        f"The verb looks at '{POEM[NUMERAL]}' with"
        f" {maps.flatten(0, 1)[in_verb, VERB, NUMERAL]:.2f} in {names[in_verb]}. A missing verb"
        f" gets the right number in {number_accuracy(model):.0%} of unseen haiku; when no word may"
        " look at the"
    ]
    findings += [
        f"  {name:21}{number_accuracy(model, without(*places)):5.0%}"
        for name, places in [
            ("numeral", [NUMERAL]),
            ("thing", [THING]),
            ("numeral and the thing", [NUMERAL, THING]),
        ]
    ]
    findings += [
        "Over training, creatures named and the weight on the season word in "
        + names[to_season]
        + ":"
    ]
    findings += [
        f"  step {moment.step:4} {moment.accuracy:5.0%}"
        f" {moment.maps.flatten(0, 1)[to_season, CREATURE, SEASON]:.2f}"
        for moment in kept
    ]

    figures = {
        "haiku": draw_haiku(
            {
                names[to_season]: flat[to_season],
                names[to_cut]: flat[to_cut],
                "the mean of all heads": flat.mean(dim=0),
                "rollout": rollout[-1],
            },
            gapped,
        ),
        "heads": draw_heads(maps, gapped),
        "spread": draw_rows(
            words.flatten(0, 1),
            names,
            gapped,
            "over how many words each word spreads its attention",
            ".0f",
            top=T,
        ),
        "time": draw_rows(
            torch.stack([moment.maps.flatten(0, 1)[to_season, CREATURE] for moment in kept]),
            [f"step {moment.step}: {moment.accuracy:.0%} right" for moment in kept],
            gapped,
            f"where the gap looks in {names[to_season]}, while the model learns",
        ),
        "rollout": draw_rows(
            rollout,
            ["at the top", "after layer 2", "after layer 1"],
            gapped,
            "rollout: a walk down from the gap",
            ".2f",
        ),
        "test": draw_test(flat.mean(dim=0), lost, gapped),
    }
    publish(options.out, "attention_visualization", figures, findings)
    numbers = {
        "words": gapped,
        "maps": [
            [[[round(w, 2) for w in row] for row in head] for head in layer]
            for layer in maps.tolist()
        ],
    }
    text = json.dumps(numbers, ensure_ascii=False)
    (options.out / "attention_visualization.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
