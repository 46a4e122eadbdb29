"""The other pictures of a report: a metric on its scale, two small tensors side by side, lines."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from kireji.feedback import palette
from kireji.feedback.attention_pictures import as_numbers
from kireji.feedback.canvas import WIDTH, Sheet, font
from kireji.feedback.labels import label, number

MARGIN = 0.12
MAX_ROWS, MAX_COLUMNS = 16, 16
MAX_POINTS = 2000


def metric(value: float, baseline: float, target: float, name: str) -> bytes:
    """Where `value` is between `baseline` (no points) and `target` (full points), on one slim
    scale.

    Works for metrics where less is better (target < baseline); a value beyond either end is an
    arrow there."""
    sheet = Sheet(1.06)
    left, right, line = 0.3, WIDTH - 0.3, 0.6
    known = isinstance(value, (int, float)) and math.isfinite(value)
    span = (target - baseline) or 1.0
    reached = (value - baseline) / span if known else 0.0
    # Baseline and target stand a little inside, so that there is room to fall short and to go
    # beyond.
    low, high = min(-0.15, max(reached, -0.35)), max(1.15, min(reached, 1.6))

    def place(fraction: float) -> float:
        return left + (min(max(fraction, low), high) - low) / (high - low) * (right - left)

    axes = sheet.axes(0, 0, WIDTH, 1.06)
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(1.06, 0)
    axes.plot(
        [left, right], [line, line], color=palette.HAIRLINE, linewidth=5, solid_capstyle="round"
    )
    for fraction, word, at in ((0.0, "baseline", baseline), (1.0, "target", target)):
        axes.plot(
            [place(fraction)] * 2, [line - 0.1, line + 0.1], color=palette.QUIET, linewidth=1.4
        )
        sheet.write(
            place(fraction),
            line + 0.25,
            f"{word} {number(at)}",
            size=9,
            color=palette.QUIET,
            ha="center",
            va="center",
        )
    sheet.write(MARGIN, 0.2, label(name, 40), weight="bold", va="center")
    if not known:
        sheet.write(
            WIDTH - MARGIN, 0.2, "not measured", color=palette.VERMILION, ha="right", va="center"
        )
        return sheet.png()
    colour = palette.INDIGO if reached >= 1 else palette.OCHRE if reached > 0 else palette.VERMILION
    axes.plot(
        [place(0), place(reached)], [line, line], color=colour, linewidth=5, solid_capstyle="butt"
    )
    beyond = "<" if reached < low else ">" if reached > high else "o"
    axes.plot(
        place(reached),
        line,
        marker=beyond,
        markersize=10,
        color=colour,
        markeredgecolor=palette.PAPER,
        markeredgewidth=1.5,
        clip_on=False,
    )
    sheet.write(
        WIDTH - MARGIN,
        0.2,
        number(value),
        color=colour,
        weight="bold",
        size=12,
        ha="right",
        va="center",
    )
    return sheet.png()


def tensor_comparison(student: Any, expected: Any, title: str) -> bytes:
    """Two small matrices with their numbers, one above the other; cells that differ have a frame.

    student (any shape up to 2-D)
    expected (any shape up to 2-D); at most 16 rows and columns are shown."""
    parts = [("Yours", student), ("Expected", expected)]
    blocks = [
        (f"{name}  {tuple(np.shape(values))}".replace(",)", ")"), _table(values))
        for name, values in parts
    ]
    cell = min(0.42, (WIDTH - 2 * MARGIN) / max(table.shape[1] for _, table in blocks))
    row = 0.26
    sheet = Sheet(0.5 + sum(0.34 + row * table.shape[0] + 0.08 for _, table in blocks))
    sheet.write(MARGIN, 0.24, label(title, 48), weight="bold", va="center")
    alike = blocks[0][1].shape == blocks[1][1].shape
    differ = (
        ~np.isclose(blocks[0][1], blocks[1][1], rtol=1e-4, atol=1e-5, equal_nan=True)
        if alike
        else None
    )
    finite = np.abs(np.concatenate([table.ravel() for _, table in blocks]))
    largest = max(1.0, finite[np.isfinite(finite)].max(initial=0.0))
    top = 0.5
    for name, table in blocks:
        sheet.write(MARGIN, top + 0.1, name, size=9, color=palette.QUIET, va="center")
        rows, columns = table.shape
        axes = sheet.axes(MARGIN, top + 0.26, cell * columns, row * rows)
        axes.set_xlim(0, columns)
        axes.set_ylim(rows, 0)
        axes.pcolormesh(
            np.arange(columns + 1),
            np.arange(rows + 1),
            np.ma.masked_invalid(table) / largest,
            cmap=palette.DIFFERENCE,
            vmin=-3,
            vmax=3,
            edgecolors=palette.HAIRLINE,
            linewidth=0.5,
        )
        for i, j in np.ndindex(rows, columns):
            text = _short(float(table[i, j]))
            axes.text(
                j + 0.5,
                i + 0.5,
                text,
                ha="center",
                va="center",
                color=palette.INK,
                **font(9 if cell > 0.36 and len(text) < 6 else 6.5),
            )
        if differ is not None:
            for i, j in zip(*np.nonzero(differ), strict=True):
                axes.plot(
                    [j, j + 1, j + 1, j, j],
                    [i, i, i + 1, i + 1, i],
                    color=palette.VERMILION,
                    linewidth=1.8,
                    clip_on=False,
                )
        top += 0.34 + row * rows + 0.08
    return sheet.png()


def line_chart(
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    title: str,
    x_label: str,
    y_label: str,
) -> bytes:
    """Lines over one axis, each named at its end in its colour; points that are no numbers leave a
    gap.

    series: name -> (x values, y values), at most six."""
    sheet = Sheet(3.1)
    sheet.write(MARGIN, 0.22, label(title, 48), weight="bold", va="center")
    drawn = [
        (label(name, 16), as_numbers(list(xs[:MAX_POINTS])), as_numbers(list(ys[:MAX_POINTS])))
        for name, (xs, ys) in list(series.items())[: len(palette.SERIES)]
    ]
    for name, x, y in drawn:
        if x.shape != y.shape:
            raise ValueError(f"line {name!r} has {len(x)} x values and {len(y)} y values")
    margin = sheet.width_of([name for name, _, _ in drawn], 9) + 0.25 if drawn else 0.2
    axes = sheet.axes(0.72, 0.42, WIDTH - 0.72 - margin, 2.1)
    axes.set_axis_on()
    axes.set_facecolor(palette.PAPER)
    ends = []
    for (name, x, y), colour, dashes in zip(
        drawn, palette.SERIES, ("-", "--", "-.", ":", "-", "--"), strict=False
    ):
        y = np.where(np.abs(y) < 1e30, y, np.nan)
        axes.plot(x, y, color=colour, linestyle=dashes, linewidth=2)
        good = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if len(good):
            ends.append((float(y[good[-1]]), name, colour))
    _name_ends(axes, ends)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set_color(palette.HAIRLINE)
    axes.tick_params(
        colors=palette.QUIET, labelsize=9, labelfontfamily=font()["fontfamily"], length=3
    )
    axes.grid(axis="y", color=palette.HAIRLINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(label(x_label, 40), color=palette.QUIET, **font(9))
    axes.set_ylabel(label(y_label, 32), color=palette.QUIET, **font(9))
    return sheet.png()


def _name_ends(axes: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Names at the lines' ends, pushed apart where lines end close together."""
    low, high = axes.get_ylim()
    lowest = -math.inf
    for y, name, colour in sorted(ends):
        at = max((y - low) / ((high - low) or 1.0), lowest + 0.085)
        lowest = at
        axes.text(1.03, at, name, transform=axes.transAxes, color=colour, va="center", **font(9))


def _table(values: Any) -> np.ndarray:
    """At most 2-D, at most 16 by 16, never empty."""
    shape = tuple(np.shape(values))
    if len(shape) > 2:
        raise ValueError(f"only matrices can be compared in a picture, not shape {shape}")
    array = as_numbers(values[: MAX_ROWS * MAX_COLUMNS] if shape else values)
    array = np.atleast_2d(array)[:MAX_ROWS, :MAX_COLUMNS]
    return array if array.size else np.full((1, 1), np.nan)


def _short(value: float) -> str:
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "\N{MINUS SIGN}inf"
    return f"{value:.2g}".replace("-", "\N{MINUS SIGN}")
