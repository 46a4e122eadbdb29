"""A submission's SVG as PNG. No SVG of a submission reaches a browser: it can hold scripts.

The drawing is taken apart first: only what refers to nothing outside it is drawn. Then a process of
its own draws it, which has little memory and time and can write no file.
"""

import subprocess
import sys
from xml.etree.ElementTree import Element, tostring

from defusedxml.ElementTree import fromstring

from kireji.sanitise.images import PictureError

MAX_CHARACTERS = 4_000_000  # a scatter plot of 20,000 points has about as many
MAX_ELEMENTS = 60_000
DRAWING_SECONDS = 30.0  # on a busy machine; `rasterise` limits what it computes to fewer
NAMESPACE = "{http://www.w3.org/2000/svg}"
EMBEDDED = ("data:image/png", "data:image/jpeg")  # another drawing in one could refer to files
NOT_DRAWN = {"script", "foreignObject", "animate", "set", "animateTransform"}


def draw_svg(text: str) -> bytes:
    """The drawing as PNG bytes, which are still to be drawn anew. PictureError says why it is not
    shown."""
    if len(text) > MAX_CHARACTERS:
        raise PictureError(
            f"An SVG picture of {len(text) / 1e6:.1f} MB is not shown; the limit is"
            f" {MAX_CHARACTERS / 1e6:.0f} MB. Show it as PNG, matplotlib's default."
        )
    try:
        svg = _self_contained(text)
    except PictureError:
        raise
    # ParseError, entities, an encoding that is none, endless nesting: all are the text's.
    except Exception as error:
        raise PictureError(_UNREADABLE) from error
    try:
        drawn = subprocess.run(
            [sys.executable, "-P", "-m", "kireji.sanitise.rasterise"],
            input=svg,
            capture_output=True,
            timeout=DRAWING_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PictureError(_TOO_MUCH) from None
    if drawn.returncode < 0:  # killed by a limit
        raise PictureError(_TOO_MUCH)
    if drawn.returncode:
        raise PictureError("An SVG picture is not shown: it could not be drawn.")
    return drawn.stdout


_UNREADABLE = "An SVG picture is not shown: it is not readable SVG."
_TOO_MUCH = (
    "An SVG picture is not shown: drawing it takes too long or too much memory. Show it as PNG,"
    " matplotlib's default."
)


def _self_contained(text: str) -> bytes:
    """The drawing without anything that refers to a file or another host."""
    root = fromstring(text)
    if root.tag not in (f"{NAMESPACE}svg", "svg"):
        raise PictureError(_UNREADABLE)
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        raise PictureError(_TOO_MUCH)
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or _name(child) in NOT_DRAWN:
                parent.remove(child)
        for attribute, value in list(parent.attrib.items()):
            link = attribute.rpartition("}")[2] in ("href", "src", "base")
            if link and not value.strip().startswith(("#", *EMBEDDED)):
                del parent.attrib[attribute]
    return tostring(root)


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
