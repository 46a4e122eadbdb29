"""Whether the pixels of a student's figure show what its objects say about it.

A figure lives in the student's process, so all that its objects say may be made up. Its pixels
come out with it, and are looked at here: whoever makes up the pixels as well has drawn the picture.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kireji.testing import expect

Box = Sequence[float]  # left, bottom, right, top, as shares of the figure
Pixels = NDArray[np.uint8]  # (height, width, 3), the first row at the bottom

NEAR = 24  # of 255: colours that look the same
APART = 10  # of 255: colours that can be told from each other
DIFFERENT = 0.15  # of the colours' range, or of 0 to 1: values whose colours must be told apart
SHOWN = 0.9  # of the cells show their colour
WRITTEN = 0.5  # of the texts are seen; some may be cut off by the figure's edge
INK = 0.01  # of a text's box has another colour than the ground
SHADES = 8  # in a colour bar
AROUND = ((0, 0), (-0.25, -0.25), (0.25, 0.25), (-0.25, 0.25), (0.25, -0.25))
UNREADABLE = "The figure could not be read: its pixels are missing."


def pixels_of(seen: Any) -> Pixels:
    """The pixels of a described figure; Mistake where it has none."""
    pixels = seen.get("pixels") if isinstance(seen, dict) else None
    if not (
        isinstance(pixels, np.ndarray)
        and pixels.dtype == np.uint8
        and pixels.ndim == 3
        and pixels.shape[2] == 3
        and min(pixels.shape) > 0
    ):
        raise expect.Mistake(UNREADABLE)
    return pixels


def map_is_drawn(
    pixels: Pixels,
    box: Box,
    limits: tuple[tuple[float, float], tuple[float, float]],
    places: tuple[NDArray[np.float64], NDArray[np.float64]],
    values: NDArray[np.float64],
    colours: NDArray[np.uint8],
    span: float,
    name: str = "the map",
) -> None:
    """Mistake unless each cell is painted in its colour, and the colours tell the values apart.

    places: the middles of the columns and of the rows, in the coordinates of `limits`
    values (rows, columns)   colours (rows, columns, 3)   span: from the lowest to the highest value
    that has a colour of its own"""
    tells_apart(values, colours, span, name)
    shown = np.zeros(values.shape, dtype=bool)
    widths = [float(np.abs(np.diff(side)).min()) if len(side) > 1 else 1.0 for side in places]
    for across, up in AROUND:
        columns = _pixel(places[0] + across * widths[0], limits[0], box[0], box[2], pixels.shape[1])
        rows = _pixel(places[1] + up * widths[1], limits[1], box[1], box[3], pixels.shape[0])
        painted = pixels[rows][:, columns].astype(int)
        shown |= (np.abs(painted - colours.astype(int)) <= NEAR).all(axis=-1)
    real = np.isfinite(values)
    expect.true(
        bool(real.any()) and shown[real].mean() >= SHOWN,
        f"{name}: the figure's pixels do not show it. {int((~shown[real]).sum())} of"
        f" {int(real.sum())} cells have another colour in the picture than their weight has. Is"
        " something drawn over it?",
    )


def tells_apart(
    values: NDArray[np.float64], colours: NDArray[np.uint8], span: float, name: str
) -> None:
    """Mistake where very different values have the same colour. span: that of the colours."""
    real = np.isfinite(values).ravel()
    value, colour = values.ravel()[real], colours.reshape(-1, 3)[real].astype(int)
    far = np.abs(value[:, None] - value) > DIFFERENT * min(span, 1.0)
    same = (np.abs(colour[:, None] - colour) < APART).all(axis=-1)
    expect.true(
        (far & same).sum() <= 0.1 * far.sum(),
        f"{name}: weights that are far from each other have the same colour.",
    )


def texts_are_drawn(pixels: Pixels, boxes: Sequence[Box], name: str = "the texts") -> None:
    """Mistake unless most of these boxes have something written in them."""
    written = [_ink(_crop(pixels, box)) > INK for box in boxes]
    expect.true(
        not written or sum(written) >= WRITTEN * len(written),
        f"{name}: only {sum(written)} of {len(written)} are seen in the figure's pixels. Are they"
        " within the figure, and in another colour than the ground?",
    )


def bars_drawn(pixels: Pixels, boxes: Sequence[Box]) -> int:
    """How many of these boxes show a colour bar."""
    return sum(len(np.unique(_crop(pixels, box), axis=0)) >= SHADES for box in boxes)


def darkness(pixels: Pixels, box: Box) -> float:
    """How dark the most frequent colour in a box is: 0 for white, 1 for black."""
    inside = _crop(pixels, box)
    if not len(inside):
        return 0.0
    colours, counts = np.unique(inside, axis=0, return_counts=True)
    return 1 - float(colours[counts.argmax()] @ np.array([0.299, 0.587, 0.114])) / 255


def _pixel(
    places: NDArray[np.float64], limits: tuple[float, float], low: float, high: float, size: int
) -> NDArray[np.intp]:
    """The pixels at places along one axis, which runs over `limits` from share `low` to `high`."""
    span = limits[1] - limits[0] or 1.0
    shares = low + (places - limits[0]) / span * (high - low)
    return np.clip(np.nan_to_num(shares) * size, 0, size - 1).astype(int)


def _crop(pixels: Pixels, box: Box) -> Pixels:
    """(n, 3): the pixels within a box."""
    height, width, _ = pixels.shape
    left, bottom, right, top = (min(max(side, 0.0), 1.0) for side in box)
    return pixels[
        int(bottom * height) : int(top * height) + 1, int(left * width) : int(right * width) + 1
    ].reshape(-1, 3)


def _ink(inside: Pixels) -> float:
    """The share of pixels that differ from the most frequent colour."""
    if not len(inside):
        return 0.0
    colours, counts = np.unique(inside, axis=0, return_counts=True)
    ground = colours[counts.argmax()].astype(int)
    return float((np.abs(inside.astype(int) - ground).max(axis=-1) > NEAR).mean())
