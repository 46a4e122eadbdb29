"""Plain view models to HTML, by templates that escape everything they are not told is safe."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kireji.feedback.report import Line
from kireji.feedback.view import Page
from kireji.sanitise.outputs import clean_text

TEMPLATES = Path(__file__).parent / "templates"
SIGNS = {
    "passed": "\N{CHECK MARK}",
    "partly": "\N{CIRCLE WITH LEFT HALF BLACK}",
    "failed": "\N{MULTIPLICATION X}",
    "error": "!",
    "timeout": "\N{HORIZONTAL ELLIPSIS}",
    "missing": "\N{EN DASH}",
    "full": "\N{CHECK MARK}",
    "none": "\N{MULTIPLICATION X}",
    "waiting": "\N{HORIZONTAL ELLIPSIS}",
}


def render_page(page: Page) -> str:
    """The student's feedback page: one HTML file, no script, nothing fetched from anywhere."""
    style = f"{_style('colours.css')}\n{_style('page.css')}"
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    # The hash admits this one style sheet; a style from anywhere else would be refused by the
    # browser.
    template = _environment().get_template("page.html")
    return template.render(page=page, style=Markup(style), style_hash=digest)


def render_lines(lines: list[Line]) -> str:
    """The hidden tests' lines of one cell, for the instructor's page."""
    return _environment().get_template("lines.html").render(lines=lines)


def render_notices(notices: list[str]) -> str:
    """What a report says of the whole submission, for the instructor's page."""
    cleaned = [clean_text(notice, 4000) for notice in notices]
    return _environment().get_template("notices.html").render(notices=cleaned)


def lines_style() -> str:
    """The style sheet that `render_lines` and `render_notices` need."""
    return _style("lines.css")


def points(value: float) -> str:
    """Points as people write them: at most two decimals, no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _style(name: str) -> str:
    return (TEMPLATES / "page" / name).read_text(encoding="utf-8").strip()


def environment_of(templates: Path) -> Environment:
    """The templates in a folder, which escape everything and refuse a value that is missing."""
    return Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _environment() -> Environment:
    environment = environment_of(TEMPLATES / "page")
    environment.filters["points"] = points
    environment.filters["whole_and_rest"] = lambda value: points(value).partition(".")
    environment.globals["SIGNS"] = SIGNS
    return environment
