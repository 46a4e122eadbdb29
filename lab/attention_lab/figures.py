"""Reads a drawn figure: which texts stand where, and how dark the ground is that they stand on."""

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

LUMINANCE = np.array([0.299, 0.587, 0.114])


def read_figure(figure: Any) -> dict[str, Any]:
    """{"type", "size", "texts"}: width and height in inches, and each visible text with its box
    (left, bottom, right, top) as shares of the figure, and its ground.

    The ground is the most frequent colour within the box, however it was painted; darkness is 0 for
    white and 1 for black. For anything but a Figure `size` and `texts` are None."""
    if not isinstance(figure, Figure):
        return {"type": type(figure).__name__, "size": None, "texts": None}
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[::-1, :, :3]  # (height, width, 3), from the bottom
    height, width, _ = pixels.shape
    texts = []
    for artist in figure.findobj(Text):
        if not artist.get_visible() or not artist.get_text().strip():
            continue
        box = artist.get_window_extent(canvas.get_renderer())
        inside = pixels[
            max(0, int(box.y0)) : max(0, int(box.y1) + 1),
            max(0, int(box.x0)) : max(0, int(box.x1) + 1),
        ].reshape(-1, 3)
        darkness = 0.0
        if len(inside):
            colours, counts = np.unique(inside, axis=0, return_counts=True)
            darkness = 1 - float(colours[counts.argmax()] @ LUMINANCE) / 255
        texts.append(
            {
                "text": artist.get_text(),
                "darkness": darkness,
                "box": [
                    float(box.x0 / width),
                    float(box.y0 / height),
                    float(box.x1 / width),
                    float(box.y1 / height),
                ],
            }
        )
    return {
        "type": "Figure",
        "size": [float(inches) for inches in figure.get_size_inches()],
        "texts": texts,
    }
