"""Finds names of answers that a later cell gives to something else: hidden tests then meet that."""

import re
from collections.abc import Sequence

from nbformat import NotebookNode

from .misplaced import definitions, is_answer, name_of

MAX_NOTICES = 5
SHOWN = 60  # characters of a cell's first line


def reused_names(cells: Sequence[NotebookNode]) -> list[str]:
    """A sentence for each function or class of an answer that a later cell replaces."""
    notices, owner = [], {}
    for cell in cells:
        if cell.cell_type != "code":
            continue
        for name, answer in owner.items():
            if binds(cell.source, name) and not is_answer(cell):
                notices.append(
                    f"The cell that begins with '{first_line(cell.source)}' gives the name {name} to something else. "
                    f"Your answer '{answer}' defines it, and the hidden tests then find the new one: use another name there."
                )
        if is_answer(cell):
            owner |= dict.fromkeys(definitions(cell.source), name_of(cell))
    return notices[:MAX_NOTICES]


def binds(source: str, name: str) -> bool:
    """Whether a line at a cell's top level gives `name` a value. By pattern: a parser can be made to
    overflow."""
    name = re.escape(name)
    return bool(
        re.search(
            # name = ..., name: int = ..., a, name = ...
            rf"^\(?(?:[\w*]+\s*,\s*)*\*?{name}\s*(?:,[\w*, ]*)?\)?\s*(?::[^=\n]+)?=(?!=)"
            rf"|^for\s[^\n]*?\b{name}\b[^\n]*?\sin\s"
            rf"|^(?:def|class)\s+{name}\b"
            rf"|^(?:import|from|with)\s[^\n#]*\sas\s+{name}\b",
            source,
            re.MULTILINE,
        )
    )


def first_line(source: str) -> str:
    line = next((line.strip() for line in source.splitlines() if line.strip()), "")
    return line[:SHOWN]
