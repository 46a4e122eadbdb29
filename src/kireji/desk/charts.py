"""Pictures of numbers as SVG, without style attributes, which the pages' policy refuses. Each has a
table or a sentence next to it that says the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

BINS = 10
WIDTH, HEIGHT, GAP = 120, 32, 2
STRIP_WIDTH, MARGIN = 640, 40


@dataclass(frozen=True)
class Bin:
    """How many scores lie from `low` to `high`; the last bin has the maximum."""

    low: float
    high: float
    count: int


def bins(scores: Sequence[float], maximum: float, number: int = BINS) -> list[Bin]:
    """The scores by how much of the `maximum` they reach."""
    counts = [0] * number
    for score in scores:
        share = score / maximum if maximum else 0.0
        counts[min(number - 1, max(0, int(share * number)))] += 1
    step = maximum / number
    return [Bin(step * i, step * (i + 1), count) for i, count in enumerate(counts)]


def histogram(scores: Sequence[float], maximum: float, label: str) -> Markup:
    """A small picture of `bins`; `label` says in words what is seen."""
    found = bins(scores, maximum)
    most = max((one.count for one in found), default=0) or 1
    wide = (WIDTH - GAP * (len(found) - 1)) / len(found)
    drawn = Markup("").join(
        Markup('<rect class="{}" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"/>').format(
            "bar" if one.count else "bar empty",
            i * (wide + GAP),
            HEIGHT - max(1.0, HEIGHT * one.count / most),
            wide,
            max(1.0, HEIGHT * one.count / most),
        )
        for i, one in enumerate(found)
    )
    return Markup(
        '<svg class="histogram" viewBox="0 0 {} {}" width="{}" height="{}" role="img"'
        ' aria-label="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, WIDTH, HEIGHT, label, drawn)


def strip(values: Mapping[str, float], baseline: float, target: float, label: str) -> Markup:
    """A dot for each of `values` on a line, with `baseline` and `target` marked and named."""
    low, high = (pick(baseline, target, *values.values()) for pick in (min, max))
    spread = high - low or 1.0

    def place(value: float) -> float:
        return MARGIN + (STRIP_WIDTH - 2 * MARGIN) * (value - low) / spread

    marks = Markup("").join(
        Markup(
            '<line class="mark-line" x1="{0:.1f}" x2="{0:.1f}" y1="8" y2="34"/>'
            '<text class="mark-text" x="{0:.1f}" y="48" text-anchor="middle">{1}</text>'
        ).format(place(value), name)
        for value, name in ((baseline, "baseline"), (target, "target"))
    )
    dots = Markup("").join(
        Markup('<circle class="dot" cx="{:.1f}" cy="21" r="4"/>').format(place(value))
        for value in values.values()
    )
    return Markup(
        '<svg class="strip" viewBox="0 0 {0} 52" role="img" aria-label="{1} of {2} students, with'
        ' the baseline and the target"><line class="axis" x1="{3}" x2="{4}" y1="21" y2="21"/>{5}'
        "{6}</svg>"
    ).format(STRIP_WIDTH, label, len(values), MARGIN, STRIP_WIDTH - MARGIN, marks, dots)
