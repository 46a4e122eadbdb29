"""Finds answers that are in the submitted notebook, though not in their own cells: a text written in
the cell beside an empty answer, an answer that was merged with its neighbour."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

ELSEWHERE = "# This answer was found in another cell."


@dataclass
class Found:
    """A cell as it was found in the submitted file."""

    kind: str
    source: str
    names: tuple[str, ...]  # what it may be called: grade_id first, then its cell id
    id: str | None = None


def definitions(source: str) -> list[str]:
    """The functions and classes that a cell defines at its top level. By pattern: a parser can be
    made to overflow."""
    return re.findall(r"^(?:def|class)[ \t]+(\w+)", source, re.MULTILINE)


def is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_written(cell: NotebookNode) -> bool:
    return is_answer(cell) and cell.cell_type == "markdown"


def name_of(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)


def is_pasted(cell: Found, known: NotebookNode) -> bool:
    """Whether a cell has the label of a locked cell and another content and id: a copy out of
    another notebook of the course, which is the student's own."""
    return (
        cell.kind == "code"
        and cell.id is not None
        and cell.id != known.id
        and cell.source.split() != known.source.split()
    )


def merged_below(known: NotebookNode, cell: Found) -> str:
    """What a student's cell has behind the text of the assignment's own cell; empty where it does not
    begin with it."""
    own, given = known.source.strip(), cell.source.strip()
    return given[len(own) :].strip() if own and given.startswith(own) else ""


def find_merged(
    cells: Sequence[NotebookNode],
    answers: dict[str, str],
    submitted: dict[str, Found],
    extras: dict[str, list[Found]],
) -> list[str]:
    """Put into `answers` what was merged with a neighbour; returns what is said about it.

    submitted: the student's version of the assignment's cells, by id."""
    notices = []
    for before, cell in zip([None, *cells], cells):
        if cell.id in answers or not is_answer(cell):
            continue
        needed = set(definitions(cell.source))
        if is_written(cell):
            text = merged_below(before, submitted[before.id]) if _is_in(before, submitted) else ""
            if text and before is not None and not is_answer(before):
                answers[cell.id] = text
                notices.append(_merged(cell, before))
            continue
        if not needed:
            continue
        for known in cells:
            if known.id not in submitted or not needed <= set(
                definitions(submitted[known.id].source)
            ):
                continue
            locked = known.id in answers and answers[known.id] != submitted[known.id].source
            # A locked cell is the assignment's own again: what was merged with it moves.
            answers[cell.id] = submitted[known.id].source if locked else ELSEWHERE
            notices.append(_merged(cell, known))
            break
        else:
            if any(
                needed <= set(definitions(one.source)) for some in extras.values() for one in some
            ):
                answers[cell.id] = ELSEWHERE
    return notices


def _is_in(cell: NotebookNode | None, submitted: dict[str, Found]) -> bool:
    return cell is not None and cell.id in submitted


def _merged(cell: NotebookNode, other: NotebookNode) -> str:
    return f"The answer '{name_of(cell)}' was merged with the cell '{name_of(other)}' and was taken from there."


def take_text_beside(
    cells: Sequence[NotebookNode], answers: dict[str, str], extras: dict[str, list[Found]]
) -> list[str]:
    """Where a written answer is untouched, put into `answers` what is written in the cells below it,
    or else above it; returns what is said about it."""
    notices = []
    for before, cell in zip([None, *cells], cells):
        if not is_written(cell):
            continue
        if answers.get(cell.id, "").strip() not in ("", cell.source.strip()):
            continue
        for anchor in (cell.id, before.id if before is not None else None):
            texts = [one for one in extras.get(anchor, []) if _is_text(one)] if anchor else []
            if texts:
                answers[cell.id] = "\n\n".join(one.source.strip() for one in texts)
                extras[anchor] = [one for one in extras[anchor] if not _is_text(one)]
                notices.append(
                    f"The answer '{name_of(cell)}' was left as it came; what is written in the cell beside it was taken."
                )
                break
    return notices


def _is_text(cell: Found) -> bool:
    return cell.kind == "markdown" and bool(cell.source.strip())
