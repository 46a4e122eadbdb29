"""Written answers: a student's markdown as HTML that can neither run, load nor hide anything."""

import html
import re
import secrets

import nh3
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from kireji.feedback.equations import EquationRenderer
from kireji.feedback.sanitise import clean_text

LONGEST_ANSWER = 20_000  # characters

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


def markdown_to_html(source: object, limit: int = LONGEST_ANSWER, headings: bool = False) -> str:
    """Safe HTML: plain formatting, tables, code, equations, and links to http(s) only; no image,
    style, id or class.

    Headings become small ones, so that an answer cannot pose as the page around it, unless
    `headings` keeps them."""
    text = clean_text(source, limit)
    renderer = EquationRenderer(mark=f"equation{secrets.token_hex(8)}")
    try:
        rendered = MarkdownWithMath(renderer=renderer).render(text)
    except RecursionError:  # thousands of nested quotes or lists
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
