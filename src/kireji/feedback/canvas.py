"""A sheet measured in inches that becomes PNG bytes: the one way pictures leave this room.

Sheets are narrow (a phone's width at a readable type size) and use neither pyplot nor its global
state. The same drawing gives the same bytes: the PNG carries no date and no software name.
"""

import io
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from kireji.feedback import labels, palette

WIDTH = 4.8  # inches: 360 phone pixels show 10 pt as about 10 pixels
RESOLUTION = 200  # dots per inch
TYPE_SIZE = 10.0


class Sheet:
    """A drawing of `WIDTH` by `height` inches; places are given in inches from the upper left
    corner."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.figure = Figure(figsize=(WIDTH, height), dpi=RESOLUTION, facecolor=palette.PAPER)
        self.canvas = FigureCanvasAgg(self.figure)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Bare axes: no ticks, no frame, no colour of their own."""
        box = (left / WIDTH, 1 - (top + height) / self.height, width / WIDTH, height / self.height)
        axes = self.figure.add_axes(box)
        axes.set_axis_off()
        return axes

    def write(
        self,
        left: float,
        top: float,
        text: str,
        size: float = TYPE_SIZE,
        color: str = palette.INK,
        **how: Any,
    ) -> Text:
        """One line of text at a place; mathtext is off, so that `$` is a dollar."""
        return self.figure.text(
            left / WIDTH, 1 - top / self.height, text, **font(size), color=color, **how
        )

    def width_of(self, texts: list[str], size: float = TYPE_SIZE) -> float:
        """The width in inches of the widest of `texts`."""
        widest = 0.0
        for text in texts:
            probe = self.figure.text(0, 0, text, **font(size))
            widest = max(
                widest, probe.get_window_extent(self.canvas.get_renderer()).width / RESOLUTION
            )
            probe.remove()
        return widest

    def png(self) -> bytes:
        """The finished picture."""
        buffer = io.BytesIO()
        self.canvas.print_png(buffer, metadata={"Software": None})
        return buffer.getvalue()


def font(size: float = TYPE_SIZE) -> dict[str, Any]:
    """What every text of ours is set with, whatever matplotlib's settings say."""
    return {
        "fontsize": size,
        "fontfamily": list(labels.families()),
        "parse_math": False,
        "usetex": False,
    }
