"""A page for the instructor: the pairs of an assignment in a table, and their code side by side.
Nothing in it can run."""

from pathlib import Path

from kireji.copies import code
from kireji.copies.look import AlikePair, Comparison
from kireji.feedback.page import environment_of

TEMPLATES = Path(__file__).parent / "templates" / "copies"
AROUND = 3  # lines shown before and after a shared passage
MAX_SHOWN = 50  # pairs of code, side by side; the table has all pairs


def render(found: Comparison) -> str:
    """The page as HTML. Whatever a submission says is text in it; a policy in its head forbids
    every script and request."""
    shown = [pair for pair in found.pairs if pair.what == "code"][:MAX_SHOWN]
    sides = []
    for pair in shown:
        marks = [found.codes[pair.one], found.codes[pair.other]]
        sides.append(
            (
                pair,
                [
                    (name, _parts(mark.raw_code, passages))
                    for name, mark, passages in zip(
                        (pair.one, pair.other), marks, code.passages(*marks), strict=True
                    )
                ],
            )
        )
    return (
        environment_of(TEMPLATES)
        .get_template("copies.html")
        .render(
            found=found,
            sides=sides,
            percent=percent,
            more=sum(p.what == "code" for p in found.pairs) - len(shown),
        )
    )


def percent(pair: AlikePair) -> str:
    """Rounded down: 100 % is only what is wholly the same."""
    return f"{int(pair.similarity * 100)} %"


def _parts(text: str, passages: list[tuple[int, int]]) -> list[tuple[bool, str]]:
    """`text` cut where a shared passage begins or ends: (shared, text)."""
    parts, at = [], 0
    for begin, end in passages:
        parts += [(False, _shortened(text[at:begin])), (True, text[begin:end])]
        at = end
    return [(shared, part) for shared, part in [*parts, (False, _shortened(text[at:]))] if part]


def _shortened(text: str) -> str:
    """What is not shared, without its middle where it is long."""
    lines = text.splitlines(keepends=True)
    if len(lines) <= 4 * AROUND:
        return text
    return "".join(
        [
            *lines[:AROUND],
            f"\n    ⋯ {len(lines) - 2 * AROUND} lines that were given or are not shared ⋯\n\n",
            *lines[-AROUND:],
        ]
    )
