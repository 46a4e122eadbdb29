"""Checks of ex4_visualization: one function for each task, named like it."""

import math

import numpy as np
import torch

from attention_lab.checks import drawn_maps
from attention_lab.checks.findings import agree
from attention_lab.checks.look import Look, Student, display
from attention_lab.maps import describe_maps
from attention_lab.patterns import PATTERNS, draw_pattern
from attention_lab.plots import heat_maps
from attention_lab.scripted import ScriptedClassifier, ScriptedTraining
from attention_lab.text import UNK


def heat_map(student: Student, look: Look) -> None:
    weights = torch.tensor([[0.7, 0.1, 0.2], [0.0, 0.5, 0.5]], requires_grad=True)
    seen = describe_maps(student.plot_attention(weights, ["ta", "ba", "ta"], ["x", "y"]))
    drawn_maps.cells(seen, weights.detach(), "the map", look)
    drawn_maps.ticks(seen, ["x", "y"], ["ta", "ba", "ta"], "the map", look)
    look.that(
        "source" in seen["x_label"].lower() and "target" in seen["y_label"].lower(),
        "the axes say source (x) and target (y)",
        f"yours say {seen['x_label']!r} and {seen['y_label']!r}.",
    )
    look.that(
        np.allclose(seen["maps"][0]["limits"], [0, 1]),
        "the colours run from 0 to 1",
        f"yours run over {seen['maps'][0]['limits']}: vmin=0, vmax=1.",
    )
    look.that(bool(seen["bars"]), "there is a colour bar", "ax.figure.colorbar(image, ax=ax).")
    drawn_maps.refuses(
        lambda: student.plot_attention(weights, ["ta", "ba"], ["x", "y"]),
        "two source tokens for three columns are refused",
        look,
    )
    drawn_maps.refuses(
        lambda: student.plot_attention(weights, ["x", "y"], ["ta", "ba", "ta"]),
        "source and target exchanged are refused",
        look,
    )


def heads(student: Student, look: Look) -> None:
    tokens = ["a", "cat", "a"]
    first = torch.tensor([[0.2, 0.8, 0.0], [0.3, 0.3, 0.4], [0.1, 0.1, 0.8]])
    maps = [first, torch.full((3, 3), 1 / 3), first.flip(1), first.flip(0), first.roll(1, 1)]
    for n in (1, 5):
        drawn_maps.panels(
            student.plot_heads(torch.stack(maps[:n]), tokens),
            maps[:n],
            tokens,
            tokens,
            [str(h + 1) for h in range(n)],
            look,
        )
    drawn_maps.refuses(
        lambda: student.plot_heads(torch.stack(maps), tokens[:2]),
        "two tokens for three rows are refused",
        look,
    )


def measures(student: Student, look: Look) -> None:
    rows = torch.tensor([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.25, 0.25, 0.25, 0.25]])
    entropy = student.attention_entropy(rows)
    look.shape(entropy, (3,), "the entropy of three rows")
    look.that(
        bool(entropy.isfinite().all()),
        "it is finite where weights are 0",
        "0 * log(0) is nan in floating point: torch.special.entr, or torch.where.",
    )
    look.close(
        entropy,
        torch.tensor([math.log(2), 0.0, math.log(4)]),
        "two equal weights have ln 2, one has 0, four have ln 4",
        f"yours are {entropy.tolist()}: the natural logarithm, a minus sign, summed over the keys.",
    )
    masked = student.attention_entropy(rows, torch.tensor([True, True, True, False]))
    look.close(
        masked,
        torch.tensor([math.log(2), 0.0, math.log(3)]),
        "masked places are left out, and the rest is made to sum to 1",
        f"yours are {masked.tolist()}: True = may attend; divide by the sum of what is left.",
    )
    nothing = student.attention_entropy(rows[:1], torch.zeros(1, 4, dtype=torch.bool))
    look.that(
        bool((nothing.abs() < 1e-6).all()),
        "where everything is masked it is 0",
        "0 / 0 is nan: clamp_min the sum.",
    )
    look.shape(
        student.attention_entropy(torch.full((2, 3, 4, 5), 0.2)),
        (2, 3, 4),
        "the entropy of a batch of heads",
    )

    distance = student.attention_distance(torch.tensor([[0.5, 0.0, 0.5], [0.5, 0.0, 0.5]]))
    look.shape(distance, (2,), "the distance of two queries")
    look.close(
        distance,
        torch.tensor([1.0, 1.0]),
        "half at the left and half at the right are 1 token away",
        f"yours are {distance.tolist()}: |i - j| without a sign, weighted, summed over the keys.",
    )
    look.shape(
        student.attention_distance(torch.full((2, 4, 3, 5), 0.2)),
        (2, 4, 3),
        "the distance of a batch of heads",
    )

    pairs = student.hard_alignment(
        torch.tensor([[0.1, 0.1, 0.8], [0.4, 0.4, 0.2], [0.0, 0.0, 0.0]])
    )
    look.that(
        isinstance(pairs, list),
        "hard_alignment returns a list",
        f"yours returns a {type(pairs).__name__}.",
    )
    look.that(
        pairs[:2] == [(0, 2), (1, 0)],
        "its pairs are (target, source), the first of equals",
        f"yours are {pairs}; expected first (0, 2), then (1, 0).",
    )
    look.that(len(pairs) == 2, "a row of zeros has no pair", f"yours are {pairs}.")

    rate = student.alignment_error_rate(
        [(0, 0), (1, 1), (2, 2), (3, 0)], [(0, 0), (1, 1)], [(2, 2)]
    )
    look.that(
        math.isclose(rate, 1 - (2 + 3) / (4 + 2), abs_tol=1e-6),
        "two sure and one possible of four are an error rate of 1/6",
        f"yours is {rate}: |A and S| = 2, |A and P| = 3, because sure pairs are possible, too; |A|"
        " + |S| = 6.",
    )
    look.that(
        student.alignment_error_rate([], [], []) == 0,
        "nothing predicted and nothing sure is no error",
        "answer this case first.",
    )


def rollout(student: Student, look: Look) -> None:
    to_1 = torch.tensor([[[0.0, 1.0], [0.0, 1.0]]])
    to_0 = torch.tensor([[[1.0, 0.0], [1.0, 0.0]]])
    one = student.attention_rollout([to_1])
    look.shape(one, (2, 2), "the rollout")
    look.close(
        one,
        torch.tensor([[0.5, 0.5], [0.0, 1.0]]),
        "one layer: half its map, half the identity",
        f"yours is {one.tolist()}.",
    )
    heads = student.attention_rollout([torch.cat([to_0, to_1])])
    look.close(
        heads,
        torch.tensor([[0.75, 0.25], [0.25, 0.75]]),
        "two heads are averaged",
        f"yours is {heads.tolist()}.",
    )
    two = student.attention_rollout([to_1, to_0])
    right = torch.tensor([[0.5, 0.5], [0.25, 0.75]])
    if not agree(two, right):
        display(heat_maps({"yours": two.detach(), "on paper": right}))
    look.close(
        two,
        right,
        "two layers: the later one multiplies from the left",
        f"yours is {two.tolist()}: rows of the later layer ask what the layer below delivers.",
    )
    drawn_maps.refuses(lambda: student.attention_rollout([]), "no layer is refused", look)


def patterns(student: Student, look: Look) -> None:
    generator = torch.Generator().manual_seed(20)
    for pattern in PATTERNS:
        for T in (9, 12, 16):
            weights = draw_pattern(pattern, T, 0.1, generator)
            name = student.classify_pattern(weights)
            if name != pattern:
                display(heat_maps({f"{pattern}, yours says {name}": weights}))
            look.that(
                name == pattern,
                f"a {pattern} map of size {T} is recognised",
                f"yours says {name!r}.",
            )
    right = sum(
        student.classify_pattern(draw_pattern(pattern, 9 + i, 0.5, generator)) == pattern
        for pattern in PATTERNS
        for i in range(8)
    )
    look.that(
        right >= 30,
        f"in noise, {right} of 40 are right",
        "compare whole maps rather than single cells: noise evens out over many.",
    )


def over_time(student: Student, look: Look) -> None:
    maps = torch.stack(
        [torch.tensor([[1 - n / 8, n / 8, 0.0], [0.0, n / 8, 1 - n / 8]]) for n in range(7)]
    )
    training = ScriptedTraining(maps)
    kept = student.watch_training(training.train_step, training.look, [4, 0, 1])
    look.that(
        [step for step, _ in kept] == [0, 1, 4],
        "the moments rise",
        f"yours are {[step for step, _ in kept]}.",
    )
    look.that(
        not (torch.equal(kept[0][1], kept[2][1])),
        "each map is a copy",
        "look() hands out a tensor that training changes: detach().clone().",
    )
    for step, map_ in kept:
        look.close(
            map_,
            maps[step],
            f"the map of moment {step} is the one after {step} steps",
            "look when exactly so many steps are done; 0 is before the first.",
        )
    look.that(
        training.steps == 4,
        "no step too many is taken",
        f"yours took {training.steps} for the last moment 4.",
    )
    look.that(
        set(training.looked) <= {0, 1, 4},
        "it looks at the moments only",
        "look() is called after other numbers of steps, too.",
    )
    steps = [0, 20, 300, 4000]
    moments = list(zip(steps, maps, strict=False))
    drawn_maps.panels(
        student.plot_moments(moments[::-1], ["a", "b", "a"], ["x", "y"]),
        [map_ for _, map_ in moments],
        ["x", "y"],
        ["a", "b", "a"],
        [str(step) for step in steps],
        look,
    )
    drawn_maps.refuses(
        lambda: student.plot_moments(moments, ["a", "b"], ["x", "y"]),
        "two source tokens for three columns are refused",
        look,
    )


def intervention(student: Student, look: Look) -> None:
    model = ScriptedClassifier(
        {"good": [0.0, 1.0], "bad": [1.0, 0.0]},
        {"good": 5.0, "bad": 4.0},
        ("negative", "positive"),
        [0.0, 0.0],
    )
    text = "Good film, bad end, good."  # good film , bad end , good .
    tokens = ["good", "film", ",", "bad", "end", ",", "good", "."]
    asked: list[list[str]] = []

    def watched(given):
        asked.append(list(given))
        return model(given)

    student.prediction_change(watched, text, 1)
    look.that(
        tokens in asked,
        "the model gets the whole text, cut into tokens",
        f"it was asked about {asked}: use tokenize(text).",
    )
    look.that(
        [UNK, *tokens[1:]] in asked,
        "of two equally attended words the first is hidden, by UNK",
        f"it was asked about {asked[1:]}.",
    )
    before = model(tokens)[0]
    for k in (0, 1, 2, 3, 50):
        hidden = [0, 6, 3, 1, 2, 4, 5, 7][:k]
        right = (
            before[1]
            - model([UNK if place in hidden else token for place, token in enumerate(tokens)])[0][1]
        ).item()
        value = student.prediction_change(model, text, k)
        look.that(
            isinstance(value, float),
            f"{k} hidden: a float comes back",
            f"yours is a {type(value).__name__}: .item().",
        )
        look.that(
            math.isclose(value, right, abs_tol=1e-5),
            f"{k} hidden: the change is {right:+.3f}",
            f"yours is {value:+.3f}: the label predicted for the whole text, before minus after.",
        )
    drawn_maps.refuses(
        lambda: student.prediction_change(model, text, -1), "a negative number is refused", look
    )
