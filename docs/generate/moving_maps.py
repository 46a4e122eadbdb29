"""The moving pictures of the module's text: one page each, with a lesson's numbers in it.

A page needs no server and loads nothing: the site shows it in a frame, JupyterLab opens the same
file."""

import json
import sys
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import torch

DOCS = Path(__file__).parent.parent
sys.path.append(str(DOCS.parent / "code"))

import basic_attention  # noqa: E402  the lessons are no package
import decoding  # noqa: E402

PARTS = Path(__file__).parent / "interactive"
FOLDER = DOCS / "figures" / "maps"


def temperature() -> dict[str, Any]:
    """The unscaled scores of one query with ten keys, for each of the lesson's widths."""
    scores = {}
    for width in basic_attention.WIDTHS:
        generator = torch.Generator().manual_seed(width)
        query = torch.randn(1, 1, width, generator=generator)
        key = torch.randn(1, 10, width, generator=generator)
        scores[width] = rounded(basic_attention.dot_product(query, key)[0, 0])
    return {"widths": basic_attention.WIDTHS, "scores": scores}


def mask() -> dict[str, Any]:
    """The scores behind the lesson's picture of three masks."""
    generator = torch.Generator().manual_seed(3)
    query, key = (torch.randn(1, 5, 8, generator=generator) for _ in range(2))
    return {"scores": rounded(basic_attention.scaled_dot_product(query, key)[0])}


def beams() -> dict[str, Any]:
    return {"next": {" ".join(words): choices for words, choices in decoding.NEXT.items()}}


def heads() -> dict[str, Any]:
    """The maps that the haiku lesson left when its results were made."""
    return json.loads((DOCS / "figures" / "attention_visualization.json").read_text())


def rounded(tensor: torch.Tensor) -> Any:
    return json.loads(json.dumps(tensor.tolist()), parse_float=lambda x: round(float(x), 3))


PAGES: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "temperature": ("Dimensions, and what the scores are divided by", temperature),
    "mask": ("A mask drawn by hand", mask),
    "decoding": ("Decoding, word by word", beams),
    "heads": ("One head, one word", heads),
}


def page(name: str) -> str:
    title, numbers = PAGES[name]
    body, script = (PARTS / f"{name}.html").read_text().split("<!-- script -->\n")
    text = (PARTS / "frame.html").read_text()
    # "<" could end the script; JSON has no other use for it than inside strings
    data = json.dumps(numbers(), ensure_ascii=False).replace("<", "\\u003c")
    for place, content in {
        "TITLE": escape(title),
        "BODY": body.rstrip(),
        "NUMBERS": data,
        "SCRIPT": script.rstrip(),
    }.items():
        text = text.replace(place, content)
    return text
