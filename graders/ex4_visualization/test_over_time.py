"""watch_training and plot_moments, and the maps of the student's own training run."""

import re

import torch
from torch import Tensor

from kireji.feedback import pictures
from kireji.testing import expect, graded

from . import drawn_maps, figure_panels, reference, targets


def training(student, rng, steps: int) -> tuple:
    """(a made-up training, its map after each number of steps)"""
    maps = torch.stack([drawn_maps.rows(3, 4, rng=rng) for _ in range(steps + 3)])
    return student.make("attention_lab.scripted.ScriptedTraining", maps), maps


def watched(student, made_up, moments: list[int]) -> list[tuple[int, Tensor]]:
    """What watch_training returns, if it is pairs of a number and a map."""
    kept = student.watch_training(made_up.get("train_step"), made_up.get("look"), moments)
    expect.true(
        isinstance(kept, (list, tuple)),
        f"watch_training should return a list of pairs, but {expect.kind(kept)} came.",
    )
    return [
        (one[0], expect.tensor(one[1], (3, 4), name="a map"))
        if isinstance(one, (list, tuple)) and len(one) == 2
        else expect.returns(one, "step", "map")
        for one in kept
    ]


@graded("over_time", weight=2)
def test_the_map_at_each_moment(student, rng):
    """At each moment the map that the model has then, by rising moment, also at 0; each is a
    copy."""
    for moments in ([0, 2, 5], [1, 3], [6, 0, 3]):
        made_up, maps = training(student, rng, max(moments))
        kept = watched(student, made_up, moments)
        expect.true(len(kept) == len(moments), f"{len(moments)} moments, and {len(kept)} maps.")
        steps, right = [step for step, _ in kept], sorted(moments)
        expect.true(
            steps != moments or moments == right,
            "The moments stand in the order in which they were given: they should rise.",
        )
        expect.true(
            steps == right,
            f"Asked for the moments {moments}, and {steps} came: those asked for, by rising"
            " moment.",
        )
        found = [map_.double() for _, map_ in kept]

        def agrees(at: list[int]) -> bool:
            return all(
                figure_panels.same(map_, maps[step].double())
                for map_, step in zip(found, at, strict=False)
            )

        if agrees(right):
            continue
        expect.true(
            not agrees([max(moments)] * len(right)),
            f"{expect.NAMED} no copy is kept: all maps are the last one, because look() hands out a"
            " tensor that training changes. detach().clone().",
        )
        expect.true(
            not agrees([step + 1 for step in right]),
            f"{expect.NAMED} a step is taken before looking: the map of moment 0 is that before the"
            " first step.",
        )
        expect.true(
            not agrees([max(0, step - 1) for step in right]),
            f"{expect.NAMED} the maps are one step too early: look when as many steps are done.",
        )
        differing = next(
            step
            for step, map_ in zip(right, found, strict=False)
            if not figure_panels.same(map_, maps[step].double())
        )
        expect.true(
            False,
            f"The map of moment {differing} is not the one that the model had after so many steps.",
        )


@graded("over_time", weight=1)
def test_no_step_too_many(student, rng):
    """As many steps as the last moment asks for, none without moments, and no look in between."""
    for moments in ([0, 4], [3], [0], []):
        made_up, _ = training(student, rng, max(moments, default=0))
        watched(student, made_up, moments)
        done = made_up.get("steps")
        expect.true(
            done == max(moments, default=0), f"With the moments {moments}, {done} steps were taken."
        )
        looked = made_up.get("looked")
        between = sorted(set(looked if isinstance(looked, list) else []) - set(moments))
        expect.true(
            not between,
            f"With the moments {moments}, look() is also called after {len(between)} other numbers"
            " of steps: a look at a large model costs time, so look at the moments only.",
        )


def drawn(student, moments, source_tokens, target_tokens):
    return figure_panels.figure(
        student, student.make("plot_moments", moments, source_tokens, target_tokens)
    )


def question(rng, n: int):
    """(moments, source_tokens, target_tokens): the vaguest map first."""
    steps = torch.randperm(90, generator=rng)[:n].sort().values.tolist()
    moments = [
        (10 * step + 5, drawn_maps.rows(4, 6, rng=rng, sharp=0.3 + k))
        for k, step in enumerate(steps)
    ]
    return (
        moments,
        drawn_maps.tokens(drawn_maps.SOURCE, 6, rng),
        drawn_maps.tokens(drawn_maps.TARGET, 4, rng),
    )


@graded("over_time", weight=2)
def test_a_panel_for_each_moment(student, rng, attach):
    """One panel per moment, by rising step, with its map; none empty."""
    for n in (1, 4, 5):
        moments, *names = question(rng, n)
        shuffled = [moments[i] for i in torch.randperm(n, generator=rng).tolist()]
        panels = drawn(student, shuffled, *names)
        expect.true(len(panels) == n, f"{n} moments, and {len(panels)} panels.")
        for k, (seen, (step, weights)) in enumerate(zip(panels, moments, strict=False)):
            others = [
                other
                for j, (other, map_) in enumerate(moments)
                if j != k and figure_panels.same(seen.shown, map_.double())
            ]
            expect.true(
                not others,
                f"Panel {k + 1} shows the map of step {others and others[0]}: the panels should"
                " stand by rising step.",
            )
            try:
                figure_panels.values(seen, weights, f"the panel of step {step}")
            except expect.Mistake:
                if seen.shown.shape == weights.shape and seen.shown.isfinite().all():
                    attach(
                        pictures.attention_comparison(seen.shown, weights, *names),
                        f"What your panel of step {step} shows (first), what it should show, and"
                        " the difference",
                    )
                raise


@graded("over_time", weight=1)
def test_steps_and_tokens_are_written(student, rng):
    """Each title holds its step; the tokens stand at rows and columns; a map that does not fit is a
    ValueError."""
    moments, source_tokens, target_tokens = question(rng, 4)
    panels = drawn(student, moments, source_tokens, target_tokens)
    figure_panels.tokens_somewhere(panels, target_tokens, source_tokens)
    expect.true(
        all(
            str(step) in re.findall(r"\d+", seen.title.replace(",", ""))
            for seen, (step, _) in zip(panels, moments, strict=False)
        ),
        "The titles should hold the steps; they are"
        f" {', '.join(repr(seen.title) for seen in panels)}.",
    )
    expect.raises(
        "ValueError",
        lambda: student.make("plot_moments", moments, source_tokens[1:], target_tokens),
        hint="(given: a source token too few)",
    )


@graded("over_time", weight=1)
def test_one_scale(student, rng):
    """In every panel the colours run from 0 to 1, and a colour bar says so."""
    moments, *names = question(rng, 4)
    panels = drawn(student, moments, *names)
    figure_panels.one_scale(panels, torch.stack([weights for _, weights in moments]), full=True)
    expect.true(panels[0].bars > 0, "There is no colour bar.")


@graded("over_time", weight=1)
def test_your_own_training(student, rng, attach):
    """The maps that you hand in begin vague and end sharp, as in a model that learns."""
    # a file alone, without the function that makes it, is no work
    watched(student, training(student, rng, 1)[0], [0, 1])
    expect.true(
        student.defined("moments"),
        "There are no maps of a training run: run the cell that trains and watches, and hand in "
        "ex4_visualization.safetensors together with the notebook.",
    )
    moments = student.variable("moments")
    expect.true(
        isinstance(moments, (list, tuple)) and len(moments) >= 3,
        "`moments` should hold at least three moments of your training run.",
    )
    steps, maps = zip(*(expect.returns(one, "step", "map") for one in moments), strict=False)
    expect.true(
        all(isinstance(step, int) for step in steps) and list(steps) == sorted(set(steps)),
        "The steps of `moments` should rise.",
    )
    for map_ in maps:
        expect.tensor(map_, tuple(getattr(maps[0], "shape", ())), name="a map of `moments`")
        expect.true(
            map_.dim() == 2 and map_.numel() > 0,
            "A map of `moments` should have the shape (T_tgt, T_src).",
        )
        expect.rows_sum_to_one(map_, name="the maps of `moments`")
    spread = [reference.entropy(map_).mean().item() for map_ in maps]
    attach(
        pictures.line_chart(
            {"your run": (steps, spread)}, "Mean entropy of your map", "steps", "nats"
        ),
        "How the map of your sentence became sharp",
    )
    expect.true(
        spread[-1] < targets.SHARPER * spread[0],
        f"The last map is spread over {spread[-1]:.2f} nats and the first over {spread[0]:.2f}: in"
        " a training that goes well it becomes much sharper. Did you watch for long enough (800"
        " steps)?",
    )
