"""A student's code, coloured: pygments' HTML, everything of the student's escaped by it."""

from functools import cache

import pygments
from markupsafe import Markup, escape
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from kireji.sanitise.outputs import clean_text

MAX_COLOURED_CHARACTERS = 30_000  # characters; beyond that colours cost more than they tell
MAX_SHOWN_CHARACTERS = 100_000


def highlight(source: str) -> Markup:
    """Code as the inside of a <pre>: spans with pygments' short classes, or plain text where it is
    very long."""
    shown = clean_text(source, MAX_SHOWN_CHARACTERS).strip("\n")
    if len(shown) > MAX_COLOURED_CHARACTERS:
        return escape(shown)
    return Markup(pygments.highlight(shown, PythonLexer(stripnl=False), _formatter()).rstrip("\n"))


@cache
def _formatter() -> HtmlFormatter:
    return HtmlFormatter(nowrap=True)
