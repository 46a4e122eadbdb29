"""Finds names of answers that a later cell gives to something else: hidden tests then meet that."""

import re
from collections.abc import Sequence

from nbformat import NotebookNode

from kireji.grading.found_cell import definitions, is_answer, name_of

MAX_NOTICES = 5
SHOWN = 60  # characters of a cell's first line
LOOKED_AT = 200  # characters of any line; keeps the patterns fast, whatever a line holds

_DEFINED = re.compile(r"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
_LOOPED = re.compile(r"(?:async[ \t]+)?for[ \t]+(.+?)[ \t]in[ \t]")
_IMPORTED = re.compile(r"from[ \t]+[\w.]+[ \t]+import[ \t]+(.+)")
_AS = re.compile(r"\bas[ \t]+(\w+)")
# name = ..., name: int = ..., a, *name = ..., (a, name) = ..., name += ...
_ASSIGNED = re.compile(r"\(?([\w*, \t]+)\)?[ \t]*(?::[^=]+)?[-+*/|&^@%]{0,2}=(?!=)[ \t]*")


def reused_names(cells: Sequence[NotebookNode]) -> list[str]:
    """A sentence for each function or class of an answer that a later cell replaces."""
    notices: list[str] = []
    owners: dict[str, str] = {}
    for cell in cells:
        if cell.cell_type != "code":
            continue
        if is_answer(cell):
            owners |= dict.fromkeys(definitions(cell.source), name_of(cell))
        elif owners:
            bound = bound_names(cell.source)
            notices += [
                f"The cell that begins with '{first_line(cell.source)}' gives the name {name} to "
                f"something else. Your answer '{owner}' defines it, and the hidden tests then find "
                "the new one: use another name there."
                for name, owner in owners.items()
                if name in bound
            ]
    return notices[:MAX_NOTICES]


def bound_names(source: str) -> set[str]:
    """The names that a cell gives a value at its top level. By pattern: a parser can be made to
    overflow."""
    names: set[str] = set()
    for whole in source.split("\n"):
        line = whole[:LOOKED_AT].split("#")[0]
        if not line or line[0].isspace():
            continue
        if found := _DEFINED.match(line):
            names.add(found[1])
        elif found := _LOOPED.match(line):
            names |= _words(found[1])
        elif found := _IMPORTED.match(line):
            names |= {
                part.split()[-1] for part in found[1].strip(" \t()").split(",") if part.split()
            }
        elif line.startswith(("import ", "with ")):
            names |= set(_AS.findall(line))
        else:
            names |= _assigned(line)
    return names


def _assigned(line: str) -> set[str]:
    """The targets of an assignment, and of the next one in a = b = 1."""
    names: set[str] = set()
    while found := _ASSIGNED.match(line):
        names |= _words(found[1])
        line = line[found.end() :]
    return names


def _words(targets: str) -> set[str]:
    return set(re.findall(r"\w+", targets))


def first_line(source: str) -> str:
    """How a message names a cell that has no name."""
    line = next((line.strip() for line in source.splitlines() if line.strip()), "")
    return "".join(character if character.isprintable() else "?" for character in line[:SHOWN])
