"""The heat maps that stand on a matplotlib Axes or Figure, as plain data: values, where they lie,
what is written at them, and the pixels that all of it is drawn with.

However a map was drawn (imshow, matshow, pcolormesh, pcolor), it comes out in the same form."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text

from attention_lab.pixels import paint, place


def describe_maps(axes: Axes) -> dict[str, Any]:
    """What one Axes shows.

    {"title", "x_label", "y_label", "x_limits", "y_limits"; "x_ticks", "y_ticks": [(position,
    text)];
     "maps": [{"values" (rows, columns), "colours" (rows, columns, 3) from 0 to 255, "x" (columns,),
     "y" (rows,) the cells' centres, "limits" of the colours}]; "bars": [the limits of each colour
     bar of the figure]; "box": [left, bottom, right, top] as shares of the figure; "written":
     [(text, box)] of the tick labels; "bar_boxes"; "pixels" of the whole figure (height, width, 3),
     the first row at the bottom}
    A cell without a value is nan. TypeError where it is no Axes."""
    if not isinstance(axes, Axes):
        raise TypeError(f"expected matplotlib Axes, not {type(axes).__name__}")
    figure = axes.get_figure(root=True)
    if figure is None:
        raise TypeError("expected Axes of a figure, not Axes that were removed from theirs")
    pixels = paint(figure)
    return _describe(axes, figure) | _bar_boxes(figure) | {"pixels": pixels}


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
        "written": [
            (label.get_text(), place(label, figure))
            for axis in (axes.xaxis, axes.yaxis)
            for _, label in _labels(axis)
        ],
    }


def describe_panels(figure: Figure) -> dict[str, Any]:
    """What every visible Axes of a figure shows, as they are read (row by row, from the left), and
    the figure's own texts.

    {"panels": [as describe_maps], "bars": [limits of each colour bar], "x_label", "y_label",
    "title"}. TypeError where it is no Figure."""
    if not isinstance(figure, Figure):
        raise TypeError(f"expected a matplotlib Figure, not {type(figure).__name__}")
    pixels = paint(figure)
    bars = _bars(figure)
    panels = [
        _describe(axes, figure)
        for axes in figure.axes
        if axes.get_visible() and axes not in [bar.ax for bar in bars] and not _bare(axes)
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
        "pixels": pixels,
    } | _bar_boxes(figure)


def _bare(axes: Axes) -> bool:
    """Whether nothing of an Axes is seen: it is off, and nothing is drawn on it."""
    return not axes.axison and not axes.has_data() and not axes.texts and not axes.get_title()


def _bar_boxes(figure: Figure) -> dict[str, Any]:
    return {"bar_boxes": [place(bar.ax, figure) for bar in _bars(figure)]}


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
    colours = artist.to_rgba(values)[..., :3]
    alpha = artist.get_alpha()
    if isinstance(alpha, (int, float)):
        colours = alpha * colours + 1 - alpha  # on white
    return {
        "values": values,
        "colours": np.round(255 * colours).astype(np.uint8),
        "x": x.tolist(),
        "y": y.tolist(),
        "limits": _limits(artist),
    }


def _middles(edges: np.ndarray) -> np.ndarray:
    return (edges[1:] + edges[:-1]) / 2


def _ticks(axis: Axis) -> list[tuple[float, str]]:
    """(position, text) of each visible tick label within the limits, by position."""
    return sorted({(place, label.get_text()) for place, label in _labels(axis)})


def _labels(axis: Axis) -> list[tuple[float, Text]]:
    """(position, label) of each visible tick label within the limits."""
    low, high = sorted(axis.get_view_interval())
    return [
        (float(tick.get_loc()), label)
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        for label in (tick.label1, tick.label2)
        if axis.get_visible()
        and label.get_visible()
        and label.get_text()
        and low - 1e-6 <= tick.get_loc() <= high + 1e-6
    ]


def empty_axes() -> Axes:
    """Axes to be drawn on. The same figure also has those that pyplot takes for the current
    ones."""
    return plt.subplots(1, 2, layout="constrained")[1][0]
