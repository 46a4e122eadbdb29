"""Words for pictures, made safe: any string becomes a short single line that matplotlib can draw.

Tokens come from students' functions. They may hold newlines, control or direction characters,
thousands of letters, towers of combining marks, mathtext, or signs no font here has; a label holds
none of these.
"""

import unicodedata
from functools import cache

from matplotlib import font_manager

FAMILY = "DejaVu Sans"  # comes with matplotlib, so pictures are the same everywhere
# Used after it, where the machine has them, for the scripts that it lacks.
MORE_SCRIPTS = (
    "Noto Sans CJK JP",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Noto Sans Bengali",
    "Noto Sans Tamil",
    "IPAGothic",
    "Hiragino Sans",
    "Yu Gothic",
    "WenQuanYi Zen Hei",
)
MISSING = "\N{WHITE SQUARE}"
EMPTY = "\N{EMPTY SET}"
READ_AT_MOST = 200  # characters of a token ever looked at


@cache
def families() -> tuple[str, ...]:
    """The fonts to draw with, in order: only those that are there, so that matplotlib has nothing
    to warn about."""
    there = {font.name for font in font_manager.fontManager.ttflist}
    return (FAMILY, *(name for name in MORE_SCRIPTS if name in there))


@cache
def drawable() -> frozenset[int]:
    """Every code point that one of the fonts can draw."""
    points: set[int] = set()
    for name in families():
        path = font_manager.findfont(name, fallback_to_default=False)
        points.update(font_manager.get_font(path).get_charmap())
    return frozenset(points)


def label(token: object, limit: int = 14) -> str:
    """`token` as a short single line; `limit` is in characters that take up room, an ellipsis
    included."""
    text = token if isinstance(token, str) else type(token).__name__
    text = unicodedata.normalize("NFC", text[:READ_AT_MOST])
    kept: list[str] = []
    width = 0
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category.startswith("M"):
            marks += 1
            if marks > 2 or not kept or ord(character) not in drawable():
                continue
            kept.append(character)
            continue
        marks = 0
        if category == "Cf":  # joiners and direction overrides: nothing to see
            continue
        if category.startswith(("C", "Z")):
            character = " " if character in " \u00a0\u202f\u3000" else "\N{OPEN BOX}"
        elif ord(character) not in drawable():
            character = MISSING
        if width == limit:
            while unicodedata.category(kept[-1]).startswith("M"):
                kept.pop()
            return "".join(kept[:-1]) + "\N{HORIZONTAL ELLIPSIS}"
        kept.append(character)
        width += 1
    return "".join(kept).strip() or EMPTY


def number(value: float) -> str:
    """A number as short as it can be read: three significant digits, no exponent in the usual
    range."""
    size = abs(value)
    if value != value or size == float("inf"):
        return "not a number" if value != value else "infinite"
    if size >= 1e6 or 0 < size < 1e-3:
        return f"{value:.1e}"
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")
