"""What a report may say once a submission has been sent held-out data: nothing that could carry
these data out.

A hidden test gets held-out data through a fixture named `held_out`. Such tests run last, and their
messages hold the course's own words, short numbers, and lines of the submitted notebook: no text
that comes from the sandbox, where the student's code may have put a held-out text into it.
"""

import builtins
import functools
import re
from contextvars import ContextVar
from pathlib import Path

import pytest

from kireji.sandbox.channel import CallError
from kireji.wire import Opaque

FIXTURE = "held_out"
LEFT_OUT = "…"
MAX_NUMBER = 9  # characters; a longer one could be a packed text
MAX_LINE = 200  # characters of a quoted line
# The names of Python's and torch's own types, which say nothing about a hidden input.
TYPES = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and not name.startswith("_")
) | {
    "Axes",
    "CheckpointError",
    "Figure",
    "Module",
    "NotCallable",
    "NotDefined",
    "OutOfMemoryError",
    "function",
    "generator",
    "method",
    "module",
    "ndarray",
}
WORD_OR_NUMBER = re.compile(r"[^\W\d_]+|\d[\d.,e+-]*\d|\d|[^\x00-\x7f]")

active: ContextVar[bool] = ContextVar("held_out_active", default=False)  # held-out data were sent


def asked_by(item: pytest.Item) -> bool:
    """Whether a hidden test sends held-out data."""
    return FIXTURE in getattr(item, "fixturenames", ())


def type_name(name: str) -> str:
    """The name of a type that comes from the sandbox, or "unknown" where it might be a message."""
    return name if not active.get() or name in TYPES else "unknown"


def opaque(value: Opaque) -> str:
    """The description of a value that could not leave the sandbox."""
    return type_name(value.type_name) if active.get() else str(value)


def error(raised: CallError) -> str:
    """What the student's code raised: the type alone, where the message might hold more."""
    if not active.get():
        return str(raised)
    return raised.type_name if raised.type_name in TYPES else "an error of its own type"


def name(said: str, folder: Path) -> str:
    """A name that the notebook lacks, if the hidden tests in `folder` ask for it."""
    return said if not active.get() or said.lower() in _words(folder) else LEFT_OUT


def line_of(raised: CallError, code: str) -> str:
    """The line of the submitted notebook that raised; "" where it has no such line."""
    line = raised.line.strip()
    if not active.get():
        return line
    return line[:MAX_LINE] if line in {own.strip() for own in code.splitlines()} else ""


def message(text: str, folder: Path) -> str:
    """`text` without words that neither the hidden tests in `folder` nor what they import say."""
    if not active.get():
        return text
    known = _words(folder)

    def kept(found: re.Match[str]) -> str:
        part = found[0]
        short = part[0].isdigit() and len(part) <= MAX_NUMBER
        return part if short or part.lower() in known else LEFT_OUT

    return re.sub(rf"{LEFT_OUT}(\W*{LEFT_OUT})+", LEFT_OUT, WORD_OR_NUMBER.sub(kept, text))


@functools.cache
def _words(folder: Path) -> frozenset[str]:
    """Every word in the source of the hidden tests and of this package, in lower case."""
    files = [
        *folder.rglob("*.py"),
        *folder.parent.glob("*.py"),
        *Path(__file__).parent.glob("*.py"),
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return frozenset(
        part.lower() for part in WORD_OR_NUMBER.findall(text) + re.findall(r"\w+", text)
    )
