"""A figure as the pixels that it is drawn with."""

import io

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

MAX_PIXELS = 1_500_000
FINEST = 100  # dots per inch


def paint(figure: Figure) -> np.ndarray:
    """(height, width, 3) numbers from 0 to 255, the first row at the bottom.

    Everything is then where it is drawn: layouts and aspects are settled."""
    width, height = figure.get_size_inches()
    dpi = min(FINEST, max(1.0, (MAX_PIXELS / max(width * height, 1e-9)) ** 0.5))
    drawn = io.BytesIO()
    with mpl.rc_context({"savefig.bbox": None, "savefig.transparent": False}):
        figure.savefig(drawn, format="rgba", dpi=dpi)
    columns = int(width * dpi)
    pixels = np.frombuffer(drawn.getvalue(), np.uint8)
    return np.ascontiguousarray(pixels.reshape(-1, columns, 4)[::-1, :, :3])


def place(artist: Artist, figure: Figure) -> list[float]:
    """[left, bottom, right, top] of an artist of a painted figure, as shares of the figure."""
    box = figure.transFigure.inverted().transform_bbox(artist.get_window_extent())
    return [float(side) for side in (box.x0, box.y0, box.x1, box.y1)]
