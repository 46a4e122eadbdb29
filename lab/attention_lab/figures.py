"""Reads a drawn figure: which texts stand where, how dark the ground is that they stand on, and the
pixels themselves."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text

from attention_lab.pixels import paint, place

LUMINANCE = np.array([0.299, 0.587, 0.114])


def read_figure(figure: Any) -> dict[str, Any]:
    """{"type", "size", "texts", "pixels"}: width and height in inches; each visible text with its
    box (left, bottom, right, top) as shares of the figure, and its ground; the figure's pixels
    (height, width, 3), the first row at the bottom.

    The ground is the most frequent colour within the box, however it was painted; darkness is 0 for
    white and 1 for black. For anything but a Figure all but "type" are None."""
    if not isinstance(figure, Figure):
        return {"type": type(figure).__name__, "size": None, "texts": None, "pixels": None}
    pixels = paint(figure)
    height, width, _ = pixels.shape
    texts = []
    for artist in figure.findobj(Text):
        if not artist.get_visible() or not artist.get_text().strip():
            continue
        box = place(artist, figure)
        left, bottom, right, top = (min(max(side, 0.0), 1.0) for side in box)
        inside = pixels[
            int(bottom * height) : int(top * height) + 1, int(left * width) : int(right * width) + 1
        ].reshape(-1, 3)
        darkness = 0.0
        if len(inside):
            colours, counts = np.unique(inside, axis=0, return_counts=True)
            darkness = 1 - float(colours[counts.argmax()] @ LUMINANCE) / 255
        texts.append({"text": artist.get_text(), "darkness": darkness, "box": box})
    return {
        "type": "Figure",
        "size": [float(inches) for inches in figure.get_size_inches()],
        "texts": texts,
        "pixels": pixels,
    }
