"""plot_heads: every panel of the Figure is read."""

import re

import torch

from kireji.feedback import pictures
from kireji.testing import expect, graded
from kireji.testing.drawn import pixels_of

from . import drawn_maps, figure_panels


def drawn(student, weights, tokens):
    return figure_panels.figure(student, student.make("plot_heads", weights, tokens))


def question(rng, H: int, T: int = 5):
    """(weights (H, T, T), tokens): heads of very different sharpness, none symmetric."""
    weights = torch.stack([drawn_maps.rows(T, T, rng=rng, sharp=0.5 + h) for h in range(H)])
    return weights[torch.randperm(H, generator=rng)], drawn_maps.tokens(drawn_maps.TARGET, T, rng)


def some_map_is_drawn(seen) -> None:
    """Mistake if the pixels of a described Figure show no map in any panel."""
    described = seen.get("panels") if isinstance(seen, dict) else None
    expect.true(isinstance(described, list) and bool(described), figure_panels.UNREADABLE)
    pixels, mistakes = pixels_of(seen), []
    for one in described:
        try:
            figure_panels.panel(one, pixels, seen.get("bar_boxes")).is_drawn()
        except expect.Mistake as mistake:
            mistakes.append(mistake)
    if len(mistakes) == len(described):
        raise mistakes[0]


@graded("heads", weight=3)
def test_every_head_has_its_panel(student, rng, attach):
    """One panel per head, in reading order; in each the weights of its head, rows from the top."""
    for H in (3, 6):
        weights, tokens = question(rng, H)
        panels = drawn(student, weights, tokens)
        expect.true(
            len(panels) == H, f"{H} heads, and {len(panels)} panels with something in them."
        )
        try:
            for h, seen in enumerate(panels):
                others = [
                    j + 1
                    for j in range(H)
                    if j != h and figure_panels.same(seen.shown, weights[j].double())
                ]
                expect.true(
                    not others,
                    f"Panel {h + 1} shows head {others and others[0]}: the panels are filled in"
                    " reading order, the first row first.",
                )
                figure_panels.values(seen, weights[h], f"the panel of head {h + 1}")
        except expect.Mistake:
            if seen.shown.shape == (len(tokens), len(tokens)) and seen.shown.isfinite().all():
                attach(
                    pictures.attention_comparison(seen.shown, weights[h], tokens, tokens),
                    f"What your panel of head {h + 1} shows (first), what it should show, and the"
                    " difference",
                )
            raise


@graded("heads", weight=2)
def test_one_scale(student, rng):
    """The same colour means the same weight in every panel, and a colour bar says how much."""
    weights, tokens = question(rng, 4)
    weights = 0.9 * weights + 0.1 / weights.shape[-1]  # so that 0 is not the smallest weight
    panels = drawn(student, weights, tokens)
    figure_panels.one_scale(panels, weights, full=False)
    expect.true(panels[0].bars > 0, "There is no colour bar: figure.colorbar(image, ax=panels).")


@graded("heads", weight=1.5)
def test_heads_are_numbered_and_tokens_written(student, rng):
    """Each title holds the head's number, counted from 1; the tokens stand at rows and columns."""
    weights, tokens = question(rng, 3)
    panels = drawn(student, weights, tokens)
    figure_panels.tokens_somewhere(panels, tokens, tokens)
    numbers = [re.findall(r"\d+", seen.title) for seen in panels]
    expect.true(
        numbers != [["0"], ["1"], ["2"]],
        "The heads are counted from 0 in the titles: the first is head 1.",
    )
    expect.true(
        all(str(h) in found for h, found in enumerate(numbers, start=1)),
        "The titles should hold the heads' numbers; they are"
        f" {', '.join(repr(seen.title) for seen in panels)}.",
    )


@graded("heads", weight=1)
def test_any_number_of_heads(student, rng):
    """One head, or seven: no panel is missing, and none is left empty."""
    for H in (1, 7):
        weights, tokens = question(rng, H, T=4)
        handle = student.make("plot_heads", weights, tokens)
        seen = getattr(student, "attention_lab.maps.describe_panels")(handle)
        panels = seen.get("panels") if isinstance(seen, dict) else None
        expect.true(
            isinstance(panels, list) and all(isinstance(one, dict) for one in panels),
            figure_panels.UNREADABLE,
        )
        empty = sum(not one.get("maps") for one in panels)
        expect.true(
            empty == 0,
            f"With {H} heads, {empty} empty panels are left: ax.remove() or ax.set_visible(False).",
        )
        expect.true(len(panels) == H, f"{H} heads, and {len(panels)} panels.")
        figure_panels.panels(seen)


@graded("heads", weight=0.5)
def test_what_does_not_fit_is_refused(student, rng):
    """Maps whose shape does not fit the tokens are a ValueError."""
    weights, tokens = question(rng, 2)
    # Those that fit are drawn: a function that draws nothing at all refuses nothing.
    handle = student.make("plot_heads", weights, tokens)
    some_map_is_drawn(getattr(student, "attention_lab.maps.describe_panels")(handle))
    for what, (given, names) in {
        "a token too few": (weights, tokens[1:]),
        "one head without its dimension": (weights[0], tokens),
        "more columns than tokens": (torch.cat([weights, weights], dim=2), tokens),
    }.items():
        expect.raises(
            "ValueError", lambda: student.make("plot_heads", given, names), hint=f"(given: {what})"
        )
