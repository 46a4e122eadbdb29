"""Templates, and the words in which they say points and times. Everything is escaped."""

import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from kireji.course.moments import show, show_span
from kireji.desk import charts
from kireji.feedback.page import TEMPLATES as FEEDBACK_TEMPLATES
from kireji.feedback.page import environment_of, points
from kireji.hub import course_service, desk_service

FOLDER = Path(__file__).parent
COLOURS = FEEDBACK_TEMPLATES / "page" / "colours.css"  # of the feedback page, too


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page for the person of `request`."""
    person = request.scope.get("state", {}).get("person")
    text = _environment().get_template(template).render(person=person, **values)
    return HTMLResponse(text, status_code=status)


def fragment(template: str, **values: Any) -> Markup:
    """A part of a page."""
    return Markup(_environment().get_template(template).render(**values))


def moment(when: datetime | None, place: ZoneInfo) -> str:
    """A time as people read it; an en dash for never."""
    if when is None:
        return "\N{EN DASH}"
    return show(when if when.tzinfo else when.replace(tzinfo=UTC), place)


def span(seconds: float) -> str:
    """A length of time in words: "2 minutes 5 seconds"."""
    return show_span(timedelta(seconds=seconds))


def count(number: int, noun: str, several: str = "") -> str:
    """A number with its noun: "1 answer", "2 answers"."""
    return f"{number} {noun if number == 1 else several or noun + 's'}"


@cache
def _environment() -> Environment:
    environment = environment_of(FOLDER / "templates")
    environment.filters |= {"points": points, "moment": moment, "count": count, "span": span}
    environment.globals |= {
        "base": desk_service.PREFIX,
        "formgrader": course_service.FORMGRADER,
        "histogram": charts.histogram,
        "strip": charts.strip,
        "version": _version(),
    }
    return environment


def _version() -> str:
    """Changes with the style sheet and the script, which browsers keep."""
    parts = [*sorted((FOLDER / "static").iterdir()), COLOURS]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:12]
