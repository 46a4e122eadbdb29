"""Reading the report of the hidden tests for the page: one line per test, defensive against older
or odd reports."""

import base64
import binascii
import math
from dataclasses import dataclass

from kireji.feedback import images
from kireji.feedback.sanitise import clean_text

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

    @property
    def word(self) -> str:
        return WORDS[self.status]


def records_of(report: object) -> dict[str, dict]:
    """The report's cells by grade_id; none where there is no report."""
    cells = report.get("cells") if isinstance(report, dict) else None
    return {
        cell["grade_id"]: cell
        for cell in cells or []
        if isinstance(cell, dict) and "grade_id" in cell
    }


def notices_of(report: object) -> list[str]:
    """Sentences about the submission as a whole: what was repaired, dropped or cut off."""
    notices = report.get("notices") if isinstance(report, dict) else None
    return [clean_text(notice, 1000) for notice in notices or [] if isinstance(notice, str)]


def lines_of(record: dict | None, max_score: float) -> list[Line]:
    """One line per hidden test of a cell; the tests share the cell's points by weight."""
    tests = record.get("tests", []) if record else []
    weights = [_number(test.get("weight"), 1.0) for test in tests]
    total = sum(weights)
    lines = []
    for test, weight in zip(tests, weights, strict=True):
        out_of = max_score * weight / total if total else 0.0
        status = test.get("status")
        lines.append(
            Line(
                status=status if status in WORDS else "error",
                title=clean_text(test.get("title") or test.get("name"), 200),
                message=clean_text(test.get("message"), 4000).strip(),
                points=out_of * min(max(_number(test.get("fraction"), 0.0), 0.0), 1.0),
                out_of=out_of,
                pictures=[
                    picture for image in test.get("images") or [] if (picture := _picture(image))
                ],
            )
        )
    return lines


def _picture(image: dict) -> Picture | None:
    try:
        png = base64.b64decode(image.get("png") or "", validate=True)
    except (binascii.Error, ValueError):
        return None
    width, height = images.size(png)
    if not width or not height:
        return None
    return Picture(
        clean_text(image.get("caption"), 300), base64.b64encode(png).decode("ascii"), width, height
    )


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else otherwise
