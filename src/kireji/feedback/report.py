"""What the page says of a report: one line for each hidden test."""

import base64
import binascii
from dataclasses import dataclass

from kireji.sanitise import images
from kireji.sanitise.outputs import clean_text
from kireji.testing.report import CellReport, Image

# The word that goes with each status; every line shows a sign and a word, never a colour alone.
WORDS = {
    "passed": "passed",
    "partly": "partly",
    "failed": "not yet",
    "error": "error",
    "timeout": "out of time",
    "missing": "missing",
}


@dataclass(frozen=True)
class Picture:
    """A picture drawn by a hidden test, ready for a data: address."""

    caption: str
    encoded: str
    width: int
    height: int

    @property
    def shape(self) -> str:
        """strip (a scale), tall (maps one above the other) or plain."""
        if self.width > 3 * self.height:
            return "strip"
        return "tall" if self.height > 1.2 * self.width else "plain"


@dataclass(frozen=True)
class Line:
    """What a student reads about one hidden test."""

    status: str
    title: str
    message: str
    points: float
    out_of: float
    pictures: list[Picture]
    example: list[tuple[str, str]]  # rows of the smallest input found that is answered wrongly

    @property
    def word(self) -> str:
        return WORDS[self.status]


def lines_of(cell: CellReport | None, max_score: float) -> list[Line]:
    """One line per hidden test of a cell; the tests share the cell's points by weight."""
    tests = cell.tests if cell else []
    total = sum(test.weight for test in tests)
    lines = []
    for test in tests:
        out_of = max_score * test.weight / total if total else 0.0
        rows = test.counter_example.rows if test.counter_example else []
        lines.append(
            Line(
                status=test.status if test.status in WORDS else "error",
                title=clean_text(test.title or test.name, 200),
                message=clean_text(test.message, 4000).strip(),
                points=out_of * test.earned,
                out_of=out_of,
                pictures=[picture for image in test.images if (picture := _picture(image))],
                example=[(clean_text(name, 80), clean_text(value, 1000)) for name, value in rows],
            )
        )
    return lines


def _picture(image: Image) -> Picture | None:
    try:
        png = base64.b64decode(image.png, validate=True)
    except (binascii.Error, ValueError):
        return None
    width, height = images.size(png)
    if not width or not height:
        return None
    return Picture(
        clean_text(image.caption, 300), base64.b64encode(png).decode("ascii"), width, height
    )
