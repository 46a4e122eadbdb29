"""What a kernel says about its outputs, made fit for a notebook file: a submission can send
whatever it likes."""

from typing import Any

import nbformat
from nbformat import NotebookNode

CUT = "\n[The rest of this cell's output was dropped: it was over {:,} characters.]\n"
DROPPED = "\n[The rest of this cell's outputs was dropped: there were more than {:,}.]\n"
DEPTH = 20


def clean(value: Any, depth: int = DEPTH) -> Any:
    """`value` without what no file can hold: text that is no Unicode, and endless nesting."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, (dict, list)) and depth == 0:
        return None
    if isinstance(value, dict):
        return {clean(key): clean(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item, depth - 1) for item in value]
    return value


def size_of(value: Any) -> int:
    """About how many bytes `value` takes as JSON."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + size_of(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(map(size_of, value), len(value))
    return 8


def keep_sound(cell: NotebookNode) -> None:
    """Drop the outputs of a code cell that a notebook may not hold."""
    if cell.cell_type == "code":
        cell.outputs = [output for output in cell.outputs if _is_sound(output)]


def _is_sound(output: Any) -> bool:
    try:
        nbformat.validate(output, ref="output", version=4, version_minor=5)
    except (nbformat.ValidationError, TypeError, AttributeError, KeyError, ValueError):
        return False
    return True
