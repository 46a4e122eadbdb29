"""What a student's figure shows, and what is expected of each panel.

matplotlib's objects say it in the sandbox. It counts where the figure's pixels, looked at here,
show it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from kireji.testing import drawn, expect

UNREADABLE = "The content of the figure could not be read."


@dataclass
class Panel:
    """One Axes. `shown` are the cells as the eye finds them: rows from the top, columns from the
    left."""

    title: str
    x_label: str
    y_label: str
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    x: list[float]  # the cells' middles, from the left
    y: list[float]  # from the top
    x_limits: tuple[float, float]
    y_limits: tuple[float, float]
    shown: Tensor
    limits: tuple[float, float]  # of the colours
    bars: int
    n_maps: int
    unseen: expect.Mistake | None  # what the pixels do not show

    def is_drawn(self) -> "Panel":
        """This panel; Mistake unless the pixels show what it says."""
        if self.unseen:
            raise self.unseen
        return self


def described(student: Any, handle: Any) -> Panel:
    """The panel that a handle of Axes says it is; call `is_drawn` before points are given."""
    seen = getattr(student, "attention_lab.maps.describe_maps")(handle)
    return panel(seen, drawn.pixels_of(seen), seen.get("bar_boxes"))


def axes(student: Any, handle: Any) -> Panel:
    """The panel that a handle of Axes shows."""
    return described(student, handle).is_drawn()


def figure(student: Any, handle: Any) -> list[Panel]:
    """The panels that a handle of a Figure shows, as they are read."""
    return panels(getattr(student, "attention_lab.maps.describe_panels")(handle))


def panels(seen: Any) -> list[Panel]:
    """The panels of a described Figure."""
    expect.true(isinstance(seen, dict) and isinstance(seen.get("panels"), list), UNREADABLE)
    pixels = drawn.pixels_of(seen)
    return [panel(one, pixels, seen.get("bar_boxes")).is_drawn() for one in seen["panels"]]


def panel(seen: Any, pixels: drawn.Pixels, bar_boxes: Any) -> Panel:
    """A description as a Panel; Mistake where there is no map on it, or where it is no such
    description."""
    unseen = None
    try:
        maps = seen["maps"]
        limits = [tuple(map(float, seen[name])) for name in ("x_limits", "y_limits")]
        texts = [str(seen[name]) for name in ("title", "x_label", "y_label")]
        ticks = [
            [(float(place), str(text)) for place, text in seen[name]]
            for name in ("x_ticks", "y_ticks")
        ]
        bars = drawn.bars_drawn(pixels, [_box(one) for one in bar_boxes])
        expect.true(
            bool(maps),
            "There is no map of numbers on one of the Axes: draw it with imshow, matshow or"
            " pcolormesh.",
        )
        values = torch.from_numpy(np.asarray(maps[-1]["values"], dtype=float).copy())
        x, y = ([float(place) for place in maps[-1][name]] for name in ("x", "y"))
        painted = np.asarray(maps[-1]["colours"], dtype=np.uint8)
        colours = tuple(map(float, maps[-1]["limits"]))
        expect.true(
            values.shape == (len(y), len(x))
            and painted.shape == (len(y), len(x), 3)
            and len(colours) == len(limits[0]) == len(limits[1]) == 2,
            UNREADABLE,
        )
        written = [_box(box) for _, box in seen["written"]]
        place = _box(seen["box"])
        try:
            places, span = (np.array(x), np.array(y)), colours[1] - colours[0]
            drawn.map_is_drawn(
                pixels, place, (limits[0], limits[1]), places, values.numpy(), painted, span
            )
            drawn.texts_are_drawn(pixels, written, "tick labels")
        except expect.Mistake as mistake:
            unseen = mistake
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        raise expect.Mistake(UNREADABLE) from None
    columns = sorted(range(len(x)), key=lambda j: x[j], reverse=limits[0][0] > limits[0][1])
    # upwards: the largest is at the top
    rows = sorted(range(len(y)), key=lambda i: y[i], reverse=limits[1][0] < limits[1][1])
    return Panel(
        *texts,
        *ticks,
        [x[j] for j in columns],
        [y[i] for i in rows],
        *limits,
        values[rows][:, columns],
        colours,
        bars,
        len(maps),
        unseen,
    )


def _box(box: Any) -> list[float]:
    left, bottom, right, top = map(float, box)
    expect.true(all(map(math.isfinite, (left, bottom, right, top))), UNREADABLE)
    return [left, bottom, right, top]


def values(seen: Panel, weights: Tensor, name: str = "the map") -> None:
    """Mistake unless every cell shows its weight: rows (m) from the top, columns (n) from the
    left."""
    weights, shown = weights.double(), seen.shown
    low, high = weights.min(), weights.max()
    known = {
        (
            "rows and columns are exchanged: rows are what looks (target), columns what is looked "
            "at (source)"
        ): (weights.T),
        (
            'the first row is at the bottom: it belongs at the top (origin="upper", or invert the '
            "y axis)"
        ): weights.flip(0),
        "the columns run from right to left": weights.flip(1),
        "rows and columns are both turned round": weights.flip(0, 1),
        "rows and columns are exchanged, and the first one is at the bottom": weights.T.flip(0),
        (
            "the weights are divided by the largest of the map: the colours should show the "
            "weights themselves"
        ): (weights / high),
        (
            "each row is divided by its own largest weight: the colours should show the weights "
            "themselves"
        ): (weights / weights.max(dim=1, keepdim=True).values),
        "the weights are stretched to run from 0 to 1": (
            (weights - low) / (high - low).clamp_min(1e-12)
        ),
        "the weights are put through a softmax once more": weights.softmax(dim=-1),
        "the logarithms of the weights are drawn": weights.clamp_min(1e-30).log(),
    }
    for mistake, wrong in known.items():
        expect.true(
            not (same(shown, wrong) and not same(shown, weights)),
            f"{name}: {expect.NAMED.lower()} {mistake}.",
        )
    expect.true(
        shown.shape == weights.shape,
        f"{name} has {shown.shape[0]} rows and {shown.shape[1]} columns of cells; there are "
        f"{weights.shape[0]} rows and {weights.shape[1]} columns of weights.",
    )
    expect.close(shown, weights, name=name)
    for places, limits in ((seen.x, seen.x_limits), (seen.y, seen.y_limits)):
        half, (left, right) = 0.45 * cell(places), sorted(limits)
        expect.true(
            min(places) - half >= left and max(places) + half <= right,
            f"{name}: cells at the edge are cut off by the limits of the axes (set_xlim,"
            " set_ylim).",
        )


def ticks(
    seen: Panel,
    row_tokens: Sequence[str],
    column_tokens: Sequence[str],
    name: str = "the map",
    which: str = "xy",
) -> None:
    """Mistake unless every row and column has its token at its middle. which: "x", "y" or both."""
    for axis, places, found, tokens, others in (
        ("x", seen.x, seen.x_ticks, column_tokens, row_tokens),
        ("y", seen.y, seen.y_ticks, row_tokens, column_tokens),
    ):
        if axis not in which:
            continue
        what = "columns" if axis == "x" else "rows"
        expect.true(
            len(places) == len(tokens),
            f"{name}: {len(places)} {what} of cells for {len(tokens)} tokens.",
        )
        width = cell(places)
        written = [
            [text.strip() for place, text in found if abs(place - middle) <= 0.15 * width]
            for middle in places
        ]
        if all(
            token in texts and len(texts) == 1 for token, texts in zip(tokens, written, strict=True)
        ):
            continue
        texts = [text.strip() for _, text in found]
        expect.true(
            bool(texts), f"{name}: the {what} have no tick labels: set_{axis}ticks(places, tokens)."
        )
        expect.true(
            set(texts) & {*tokens, *others} != set(),
            f"{name}: the tick labels of the {what} are no tokens, but {', '.join(texts[:4])} ...",
        )
        across = sorted(texts) == sorted(others) and sorted(others) != sorted(tokens)
        expect.true(not across, f"{name}: the {what} bear the tokens of the other axis.")
        off = [
            place - middle
            for (place, _), middle in zip(sorted(found), sorted(places), strict=False)
        ]
        aside = (
            texts
            and len(found) == len(places)
            and all(abs(abs(shift) - width / 2) < 0.1 * width for shift in off)
        )
        expect.true(
            not aside,
            f"{name}: the tick labels of the {what} stand at the edges of the cells, not at their"
            " middles: with pcolormesh the middle of cell i is i + 0.5.",
        )
        expect.true(
            [one[0] if one else "" for one in written] != list(tokens)[::-1],
            f"{name}: the tokens of the {what} run the wrong way round.",
        )
        expect.true(
            len(texts) >= len(tokens),
            f"{name}: {len(tokens)} {what} and only {len(texts)} tick labels: a token that occurs"
            " twice needs two, and matplotlib leaves some out unless it gets the places.",
        )
        expect.true(False, f"{name}: some {what} bear another token than theirs.")


def one_scale(panels: Sequence[Panel], weights: Tensor, full: bool) -> None:
    """Mistake unless all panels share colour limits from 0 to 1, or (unless `full`) to the largest
    of all weights (N, m, n)."""
    low, high = panels[0].limits
    if not all(near(seen.limits, (low, high)) for seen in panels):
        own = all(
            near(seen.limits, (weight.min().item(), weight.max().item()))
            or near(seen.limits, (0.0, weight.max().item()))
            for seen, weight in zip(panels, weights, strict=False)
        )
        expect.true(
            not own,
            f"{expect.NAMED} each panel has a scale of its own, stretched to its own weights: the"
            " same colour must mean the same weight everywhere (vmin and vmax).",
        )
        expect.true(False, "The panels do not have the same colour limits.")
    expect.true(
        abs(low) < 1e-6,
        f"The colours begin at {low:.3g}, not at 0: an even map would look as if it had an edge.",
    )
    if full:
        expect.true(abs(high - 1) < 1e-6, f"The colours end at {high:.3g}, not at 1.")
    expect.true(
        weights.max().item() - 1e-6 <= high <= 1 + 1e-6,
        f"The colours end at {high:.3g}: at 1, or at the largest weight of all.",
    )


def tokens_somewhere(
    panels: Sequence[Panel], row_tokens: Sequence[str], column_tokens: Sequence[str]
) -> None:
    """Mistake unless some panel at the left bears the row tokens, and some panel the column tokens;
    what is written is right everywhere."""
    for number, seen in enumerate(panels, start=1):
        for which, found in (("x", seen.x_ticks), ("y", seen.y_ticks)):
            if found:
                ticks(seen, row_tokens, column_tokens, f"panel {number}", which)
    expect.true(any(seen.x_ticks for seen in panels), "No panel has tokens at its columns.")
    expect.true(any(seen.y_ticks for seen in panels), "No panel has tokens at its rows.")


def cell(places: Sequence[float]) -> float:
    """The width of a cell."""
    return abs(places[-1] - places[0]) / (len(places) - 1) if len(places) > 1 else 1.0


def near(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(math.isclose(a, b, abs_tol=1e-5) for a, b in zip(one, other, strict=True))


def same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one, other, atol=1e-5)
