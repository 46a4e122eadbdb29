"""A cell as it was found in a submitted file, with what `rebuild` needs to know of it and of the
assignment's own cells."""

import re
from dataclasses import dataclass

from nbformat import NotebookNode


@dataclass
class Found:
    """A cell as it was found in the submitted file."""

    kind: str
    source: str
    names: tuple[str, ...]  # what it may be called: grade_id first, then its cell id
    attachments: dict[str, dict[str, str]]  # pictures that were pasted into a text, by name
    id: str | None = None


def definitions(source: str) -> list[str]:
    """The functions and classes that a cell defines at its top level. By pattern: a parser can be
    made to overflow."""
    return re.findall(r"^(?:def|class)[ \t]+(\w+)", source, re.MULTILINE)


def is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_open(cell: NotebookNode) -> bool:
    """May the student change it: an answer, or a cell that nbgrader does not know."""
    return is_answer(cell) or "nbgrader" not in cell.metadata


def name_of(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", cell.id))
