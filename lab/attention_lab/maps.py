"""The heat maps that stand on a matplotlib Axes or Figure, as plain data: values, where they lie,
what is written at them.

However a map was drawn (imshow, matshow, pcolormesh, pcolor), it comes out in the same form."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.image import AxesImage


def describe_maps(axes: Axes) -> dict[str, Any]:
    """What one Axes shows.

    {"title", "x_label", "y_label", "x_limits", "y_limits"; "x_ticks", "y_ticks": [(position,
    text)];
     "maps": [{"values" (rows, columns), "x" (columns,), "y" (rows,) the cells' centres, "limits" of
     the colours}]; "bars": [the limits of each colour bar of the figure]; "box": [left, bottom,
     right, top] as shares of the figure}
    A cell without a value is nan. TypeError where it is no Axes."""
    if not isinstance(axes, Axes):
        raise TypeError(f"expected matplotlib Axes, not {type(axes).__name__}")
    figure = axes.get_figure(root=True)
    if figure is None:
        raise TypeError("expected Axes of a figure, not Axes that were removed from theirs")
    _settle(figure)
    return _describe(axes, figure)


def _settle(figure: Figure) -> None:
    """Have ticks and limits worked out, as drawing does. Not the layout: that takes twice as long,
    and moves no panel past another."""
    engine = figure.get_layout_engine()
    figure.set_layout_engine("none")
    try:
        figure.draw_without_rendering()
    finally:
        figure.set_layout_engine(engine)


def _describe(axes: Axes, figure: Figure) -> dict[str, Any]:
    """As describe_maps, of a figure that was drawn: that costs much more than reading it."""
    left, bottom, width, height = axes.get_position().bounds
    return {
        "title": axes.get_title() or axes.get_title(loc="left") or axes.get_title(loc="right"),
        "x_label": axes.get_xlabel(),
        "y_label": axes.get_ylabel(),
        "x_limits": [float(limit) for limit in axes.get_xlim()],
        "y_limits": [float(limit) for limit in axes.get_ylim()],
        "x_ticks": _ticks(axes.xaxis),
        "y_ticks": _ticks(axes.yaxis),
        "maps": [found for artist in axes.get_children() if (found := _map(artist)) is not None],
        "bars": [_limits(bar.mappable) for bar in _bars(figure)],
        "box": [float(side) for side in (left, bottom, left + width, bottom + height)],
    }


def describe_panels(figure: Figure) -> dict[str, Any]:
    """What every visible Axes of a figure shows, as they are read (row by row, from the left), and
    the figure's own texts.

    {"panels": [as describe_maps], "bars": [limits of each colour bar], "x_label", "y_label",
    "title"}. TypeError where it is no Figure."""
    if not isinstance(figure, Figure):
        raise TypeError(f"expected a matplotlib Figure, not {type(figure).__name__}")
    _settle(figure)
    bars = _bars(figure)
    panels = [
        _describe(axes, figure)
        for axes in figure.axes
        if axes.get_visible() and axes not in [bar.ax for bar in bars]
    ]
    # Boxes of one row share their middle; a row is told from the next by half a box.
    tallest = max([panel["box"][3] - panel["box"][1] for panel in panels], default=1.0) or 1.0
    panels.sort(
        key=lambda panel: (-round((panel["box"][1] + panel["box"][3]) / tallest), panel["box"][0])
    )
    return {
        "panels": panels,
        "bars": [_limits(bar.mappable) for bar in bars],
        "x_label": figure.get_supxlabel(),
        "y_label": figure.get_supylabel(),
        "title": figure.get_suptitle(),
    }


def _bars(figure: Figure) -> list[Any]:
    """The figure's colour bars; matplotlib marks the Axes of one with this attribute."""
    found = [getattr(axes, "_colorbar", None) for axes in figure.axes]
    return [bar for bar in found if bar is not None]


def _limits(mappable: ScalarMappable) -> list[float]:
    return [float("nan") if limit is None else float(limit) for limit in mappable.get_clim()]


def _map(artist: Any) -> dict[str, Any] | None:
    """The map that an artist draws; None if it draws none."""
    if (
        not artist.get_visible()
        or not isinstance(artist, ScalarMappable)
        or artist.get_array() is None
    ):
        return None
    values: np.ndarray = np.ma.filled(np.ma.asarray(artist.get_array(), dtype=float), np.nan)
    if isinstance(artist, AxesImage):
        if values.ndim != 2:
            return None  # colours instead of numbers
        left, right, bottom, top = artist.get_extent()
        first, last = (top, bottom) if artist.origin == "upper" else (bottom, top)
        x, y = (
            _middles(np.linspace(left, right, values.shape[1] + 1)),
            _middles(np.linspace(first, last, values.shape[0] + 1)),
        )
    elif hasattr(artist, "get_coordinates"):  # pcolormesh, pcolor
        corners = np.asarray(artist.get_coordinates(), dtype=float)  # (rows + 1, columns + 1, 2)
        rows, columns = corners.shape[0] - 1, corners.shape[1] - 1
        if values.size != rows * columns:
            return None  # shaded between its corners: no cells
        values, x, y = (
            values.reshape(rows, columns),
            _middles(corners[0, :, 0]),
            _middles(corners[:, 0, 1]),
        )
    else:
        return None
    return {"values": values, "x": x.tolist(), "y": y.tolist(), "limits": _limits(artist)}


def _middles(edges: np.ndarray) -> np.ndarray:
    return (edges[1:] + edges[:-1]) / 2


def _ticks(axis: Axis) -> list[tuple[float, str]]:
    """(position, text) of each visible tick label within the limits, by position."""
    low, high = sorted(axis.get_view_interval())
    found = {
        (float(tick.get_loc()), label.get_text())
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        for label in (tick.label1, tick.label2)
        if label.get_visible() and label.get_text()
    }
    return (
        sorted((place, text) for place, text in found if low - 1e-6 <= place <= high + 1e-6)
        if axis.get_visible()
        else []
    )


def empty_axes() -> Axes:
    """Axes to be drawn on. The same figure also has those that pyplot takes for the current
    ones."""
    return plt.subplots(1, 2, layout="constrained")[1][0]
