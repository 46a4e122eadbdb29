"""Attention maps: rows are target tokens, columns source tokens, darker is more weight.

Maps stand one above the other, so that columns line up and a phone shows them at full width.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap

from kireji.feedback import palette
from kireji.feedback.canvas import TYPE_SIZE, WIDTH, Sheet, font
from kireji.feedback.labels import label

MAX_TOKENS = 24  # a side; the rest is cut off, and the picture says so
MARGIN = 0.12
TITLE = 0.34  # height of a map's heading
WIDEST_CELL = 0.52
SLACK = 1e-3  # rounding that is still a weight


def attention_map(
    attention_weights: Any,
    source_tokens: Sequence[str],
    target_tokens: Sequence[str],
    title: str = "Attention",
) -> bytes:
    """One map as PNG bytes.

    attention_weights (T_tgt, T_src)   source_tokens T_src   target_tokens T_tgt
    Raises ValueError where the counts do not match; odd values are drawn as such, never an
    error."""
    weights, cut = _matrix(attention_weights, source_tokens, target_tokens)
    return _draw([(title, weights, palette.WEIGHTS, (0.0, 1.0))], source_tokens, target_tokens, cut)


def attention_comparison(
    student: Any, reference: Any, source_tokens: Sequence[str], target_tokens: Sequence[str]
) -> bytes:
    """The student's map, the reference map and what the student has more (indigo) or less
    (vermilion) of.

    student (T_tgt, T_src)   reference (T_tgt, T_src)   source_tokens T_src   target_tokens T_tgt
    Raises ValueError where the counts do not match; odd values are drawn as such, never an
    error."""
    yours, cut = _matrix(student, source_tokens, target_tokens)
    theirs, _ = _matrix(reference, source_tokens, target_tokens)
    return _draw(
        [
            ("Yours", yours, palette.WEIGHTS, (0.0, 1.0)),
            ("Reference", theirs, palette.WEIGHTS, (0.0, 1.0)),
            ("Yours \N{MINUS SIGN} reference", yours - theirs, palette.DIFFERENCE, (-1.0, 1.0)),
        ],
        source_tokens,
        target_tokens,
        cut,
    )


def as_numbers(values: Any) -> np.ndarray:
    """A tensor or nested list as float64, without asking for its gradient."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        values = values.double() if values.is_floating_point() else values
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"a picture needs real numbers, not {array.dtype}")
    return array.astype(np.float64)


def _matrix(
    values: Any, source_tokens: Sequence[str], target_tokens: Sequence[str]
) -> tuple[np.ndarray, bool]:
    """The part that is shown (at most MAX_TOKENS a side), NaN where it is not a weight; and
    whether it was cut."""
    shape = tuple(np.shape(values))
    expected = (len(target_tokens), len(source_tokens))
    if shape != expected or 0 in shape:
        raise ValueError(
            f"attention_weights have shape {shape}; {expected[0]} target and {expected[1]} source"
            f" tokens ask for {expected}, and neither may be 0"
        )
    shown = as_numbers(values[:MAX_TOKENS])[:, :MAX_TOKENS]
    with np.errstate(invalid="ignore"):
        shown = np.where((shown >= -SLACK) & (shown <= 1 + SLACK), shown, np.nan)
    return np.clip(shown, 0, 1), max(shape) > MAX_TOKENS


def _draw(
    maps: list[tuple[str, np.ndarray, Colormap, tuple[float, float]]],
    source_tokens: Sequence[str],
    target_tokens: Sequence[str],
    cut: bool,
) -> bytes:
    columns = [label(token) for token in source_tokens[:MAX_TOKENS]]
    rows = [label(token) for token in target_tokens[:MAX_TOKENS]]
    ruler = Sheet(1.0)
    left = MARGIN + ruler.width_of(rows) + 0.1
    widest = ruler.width_of(columns)
    cell_width = min(WIDEST_CELL, (WIDTH - left - MARGIN - 0.3) / len(columns))
    cell_height = 0.25 if len(rows) <= 16 else 0.21
    slanted = widest > cell_width - 0.04
    angle = 0 if not slanted else 45 if cell_width >= 0.2 else 90
    head = 0.24 if not slanted else 0.12 + widest * (0.72 if angle == 45 else 1.0) + 0.06
    panel = TITLE + head + cell_height * len(rows) + 0.12
    odd = any(np.isnan(values).any() for _, values, _, _ in maps)
    notes = [
        note
        for note, said in [
            (f"The first {MAX_TOKENS} tokens of each side.", cut),
            ("\N{MULTIPLICATION SIGN}  not a weight between 0 and 1", odd),
        ]
        if said
    ]
    sheet = Sheet(MARGIN + panel * len(maps) + 0.24 * len(notes) + 0.04)
    top = MARGIN
    for title, values, colours, (low, high) in maps:
        sheet.write(
            MARGIN, top + 0.17, label(title, 60), color=palette.INK, weight="bold", va="center"
        )
        _scale(sheet, top, colours, low, high)
        axes = sheet.axes(
            left, top + TITLE + head, cell_width * len(columns), cell_height * len(rows)
        )
        _cells(axes, values, colours, low, high)
        for column, text in enumerate(columns):
            axes.annotate(
                text,
                (column + (0.35 if angle == 45 else 0.5), 0),
                xytext=(0, 3),
                rotation=angle,
                textcoords="offset points",
                ha="left" if angle == 45 else "center",
                va="bottom",
                rotation_mode="anchor" if angle == 45 else "default",
                annotation_clip=False,
                color=palette.INK,
                **font(TYPE_SIZE if angle < 90 else 8.0),
            )
        for row, text in enumerate(rows):
            axes.annotate(
                text,
                (0, row + 0.5),
                xytext=(-5, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                annotation_clip=False,
                color=palette.INK,
                **font(),
            )
        top += panel
    for note in notes:
        sheet.write(MARGIN, top + 0.1, note, size=8.5, color=palette.QUIET, va="center")
        top += 0.24
    return sheet.png()


def _cells(axes: Axes, values: np.ndarray, colours: Colormap, low: float, high: float) -> None:
    """The map itself: one square per pair, a hairline between, a cross where there is no weight."""
    rows, columns = values.shape
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    edges = np.arange(columns + 1), np.arange(rows + 1)
    axes.pcolormesh(
        *edges,
        np.ma.masked_invalid(values),
        cmap=colours,
        vmin=low,
        vmax=high,
        edgecolors=palette.GRID,
        linewidth=0.4,
    )
    for row, column in zip(*np.nonzero(np.isnan(values)), strict=True):
        axes.plot(column + 0.5, row + 0.5, marker="x", markersize=5, color=palette.VERMILION)


def _scale(sheet: Sheet, top: float, colours: Colormap, low: float, high: float) -> None:
    """A small ramp at the right of the heading, its two ends named."""
    names = ("0", "1") if low == 0 else ("less", "more")
    right = WIDTH - MARGIN
    after = sheet.width_of([names[1]], 8.5)
    sheet.write(right, top + 0.17, names[1], size=8.5, color=palette.QUIET, ha="right", va="center")
    ramp = sheet.axes(right - after - 0.06 - 0.8, top + 0.12, 0.8, 0.1)
    ramp.imshow(
        np.linspace(low, high, 128)[None, :], cmap=colours, aspect="auto", extent=(0, 1, 0, 1)
    )
    ramp.plot(
        [0, 1, 1, 0, 0], [0, 0, 1, 1, 0], color=palette.HAIRLINE, linewidth=0.8, clip_on=False
    )
    sheet.write(
        right - after - 0.92,
        top + 0.17,
        names[0],
        size=8.5,
        color=palette.QUIET,
        ha="right",
        va="center",
    )
