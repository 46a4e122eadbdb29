"""The cards as one page to read, for a phone: states, dates and feedback, without a script."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from .cards import cards
from .dates import dates_of
from .places import Places

STATES = {
    "not_begun": ("", "Not begun"),
    "in_progress": ("◐", "In progress"),
    "handed_in": ("↑", "Handed in"),
    "being_graded": ("…", "Being graded"),
    "graded": ("✓", "Graded"),
}
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def phone_page(places: Places, base_url: str) -> str:
    """The page as HTML. Times are in words of the course's zone, or in UTC."""
    return TEMPLATES.get_template("course.html").render(
        cards=[_shown(places, card) for card in cards(places)], base_url=base_url
    )


def _shown(places: Places, card: dict[str, Any]) -> dict[str, Any]:
    sign, words = STATES[card["state"]]
    return card | {
        "sign": sign,
        "words": words,
        "due_words": dates_of(places, card["name"]).get("due_words", ""),
        "attempts": [
            attempt | {"when": attempt["timestamp"].partition(".")[0] + " UTC"}
            for attempt in card["attempts"]
        ],
    }
