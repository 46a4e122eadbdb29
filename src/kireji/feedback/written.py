"""Written answers: a student's markdown as HTML that can neither run, load nor hide anything."""

import html
import re
import secrets
import time
from collections.abc import Mapping

import nh3
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from kireji.feedback.equations import EquationRenderer
from kireji.sanitise.outputs import clean_text

MAX_ANSWER_CHARACTERS = 20_000  # characters

TAGS = {
    "p",
    "br",
    "hr",
    "em",
    "strong",
    "b",
    "i",
    "del",
    "s",
    "sub",
    "sup",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
}
DROPPED_WHOLE = {
    "script",
    "style",
    "title",
    "textarea",
    "noscript",
    "template",
    "iframe",
    "object",
    "svg",
    "math",
}
HEADING = re.compile(r"<(/?)h[1-6]>")


# What can begin or end something in markdown. Its parsers look for the end of each from each, so
# the work grows with their number times the length of the text.
SIGNS = re.compile(r"[\\$`*_\[\]<>|~!\n]")
MAX_WORK = 10_000_000  # of one text; the longest of the course's own has 2,000,000
BUDGET_SECONDS = 1.0  # for all texts of a notebook


class RenderBudget:
    """The time that rendering one notebook may take. When it is used up, texts are shown as they
    were typed."""

    def __init__(self, seconds: float = BUDGET_SECONDS) -> None:
        self.ends_at = time.monotonic() + seconds

    def is_spent(self) -> bool:
        return time.monotonic() > self.ends_at

    def allows(self, text: str) -> bool:
        return not self.is_spent() and len(text) * len(SIGNS.findall(text)) <= MAX_WORK


def markdown_to_html(
    source: object,
    limit: int = MAX_ANSWER_CHARACTERS,
    headings: bool = False,
    pictures: Mapping[str, Mapping[str, str]] | None = None,
    budget: RenderBudget | None = None,
) -> str:
    """Safe HTML: plain formatting, tables, code, equations, pasted pictures, and links to http(s)
    only; no other image, no style, id or class.

    Headings become small ones, so that an answer cannot pose as the page around it, unless
    `headings` keeps them. pictures: the cell's attachments, as `sanitise_notebook` leaves them.
    budget: of the notebook. Text that no parser can read in time is shown as it was typed."""
    text, budget = clean_text(source, limit), budget or RenderBudget()
    renderer = EquationRenderer(f"equation{secrets.token_hex(8)}", pictures, budget.is_spent)
    try:
        if not budget.allows(text):
            raise RecursionError
        rendered = MarkdownWithMath(renderer=renderer).render(text)
    except Exception:  # thousands of nested quotes or lists; whatever a text does to a parser
        rendered = f"<pre>{html.escape(text)}</pre>"
    cleaned = nh3.clean(
        rendered,
        tags=TAGS,
        clean_content_tags=DROPPED_WHOLE,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        url_relative="deny",
        # An equation belongs between tags, never into one.
        attribute_filter=lambda tag, name, value: (
            value if name in ("href", "rel") and renderer.mark not in value else None
        ),
        link_rel="noopener noreferrer nofollow ugc",
    )
    return renderer.put_back(cleaned if headings else HEADING.sub(r"<\1h5>", cleaned))
