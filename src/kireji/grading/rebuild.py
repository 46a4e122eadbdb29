"""Rebuilds a submitted notebook from the assignment's own: only the student's answers and extra
cells are taken over.

Whatever happened to the file, the result has every cell of the assignment once, in order, as its
author wrote it.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from kireji.course.assignment import Assignment
from kireji.course.notebook_metadata import CELL, EXTRA
from kireji.grading.found_cell import Found, definitions, is_answer, is_open, name_of
from kireji.grading.misplaced import find_merged, is_pasted, take_text_beside
from kireji.grading.reused_names import reused_names

MAX_CELLS = 1000  # of a rebuilt notebook, the assignment's own included
MAX_JSON_VALUES = 1_000_000  # each takes up to 300 bytes of memory when it is read
_MARKS = (b",", b"[", b"{")
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
MAX_PICTURES = 12  # pasted into one text
PICTURE_TYPES = ("image/png", "image/jpeg", "image/svg+xml")
MAX_CHARACTERS = 1_000_000  # of one cell's source
FIRST = ""  # the anchor of cells before the first known one


def rebuild(assignment: Assignment, submitted: bytes | None) -> tuple[NotebookNode, list[str]]:
    """The assignment's notebook with the answers of `submitted`, and notices of what could not be
    used."""
    notebook = assignment.skeleton()
    if submitted is None:
        return notebook, [
            f"There is no {assignment.name}.ipynb in this submission, so there was nothing to"
            " grade."
        ]
    try:
        found = read_cells(submitted)
    except ValueError as error:
        return notebook, [f"{assignment.name}.ipynb could not be read: {error}."]
    answers, extras, notices = _sort(notebook, found)
    extras = _at_most(notebook, extras, notices)
    cells = [_extra(cell, FIRST, n) for n, cell in enumerate(extras[FIRST])]
    for cell in notebook.cells:
        if cell.id in answers:
            cell.source = answers[cell.id].source
            if cell.cell_type == "markdown" and answers[cell.id].attachments:
                cell.attachments = answers[cell.id].attachments
        cells.append(cell)
        cells += [_extra(extra, cell.id, n) for n, extra in enumerate(extras[cell.id])]
    notebook.cells = cells
    return notebook, notices + reused_names(cells)


def _at_most(
    notebook: NotebookNode, extras: dict[str, list[Found]], notices: list[str]
) -> dict[str, list[Found]]:
    """The extra cells for which there is room after the assignment's own, in their order."""
    room, dropped, kept = MAX_CELLS - len(notebook.cells), 0, defaultdict(list)
    for anchor in (FIRST, *(cell.id for cell in notebook.cells)):
        kept[anchor] = extras[anchor][: max(0, room)]
        room -= len(kept[anchor])
        dropped += len(extras[anchor]) - len(kept[anchor])
    if dropped:
        notices.append(
            f"The notebook has more than {MAX_CELLS:,} cells: {dropped:,} of your own cells were "
            "left out."
        )
    return kept


def read_cells(submitted: bytes) -> list[Found]:
    """The cells of a notebook of any format and in any state. ValueError says why there are none to
    be had."""
    if _has_too_many_values(submitted):
        raise ValueError(f"a notebook may have {MAX_JSON_VALUES:,} values, and it has more")
    try:
        document = json.loads(submitted.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        raise ValueError(
            "it is empty" if not submitted.strip() else "it is not a notebook (not valid JSON)"
        ) from None
    if not isinstance(document, dict):
        raise ValueError("it is not a notebook (no object at its top)")
    sheets = document.get("worksheets")  # nbformat 3 kept its cells there
    sheets = sheets if isinstance(sheets, list) else []
    lists = [document.get("cells")] + [
        sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)
    ]
    cells = [
        cell for some in lists if isinstance(some, list) for cell in some if isinstance(cell, dict)
    ]
    if not cells:
        raise ValueError("it is not a notebook (it has no cells)")
    return [_found(cell) for cell in cells]


def _has_too_many_values(document: bytes) -> bool:
    """Whether JSON text has more than MAX_JSON_VALUES lists, objects and members of them. Counts
    without reading it, which can take fifty times its size."""
    values = sum(document.count(mark) for mark in _MARKS)
    if values <= MAX_JSON_VALUES:
        return False
    for number, string in enumerate(_STRINGS.finditer(document)):
        values -= sum(document.count(mark, *string.span()) for mark in _MARKS)
        if number > MAX_JSON_VALUES:
            return True
    return values > MAX_JSON_VALUES


def _found(cell: dict[str, Any]) -> Found:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    source = source if isinstance(source, str) else ""
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    names = (mark.get("grade_id") if isinstance(mark, dict) else None, cell.get("id"))
    clean = source[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
    return Found(
        "code" if cell.get("cell_type") == "code" else "markdown",
        clean,
        tuple(name for name in names if isinstance(name, str)),
        _pictures(cell.get("attachments")),
        names[1] if isinstance(names[1], str) else None,
    )


def _pictures(attachments: object) -> dict[str, dict[str, str]]:
    """The pasted pictures of a cell: base64 text, which is looked at where it is shown."""
    kept: dict[str, dict[str, str]] = {}
    for name, data in attachments.items() if isinstance(attachments, dict) else ():
        found = {
            kind: data[kind]
            for kind in PICTURE_TYPES
            if isinstance(data, dict) and isinstance(data.get(kind), str)
        }
        if found and len(kept) < MAX_PICTURES:
            kept[name[:200].encode("utf-8", "replace").decode()] = found
    return kept


def _sort(
    notebook: NotebookNode, found: list[Found]
) -> tuple[dict[str, Found], dict[str, list[Found]], list[str]]:
    """Finds which answer each found cell holds, or after which cell it comes as an extra."""
    ours = {name_of(cell): cell for cell in notebook.cells} | {
        cell.id: cell for cell in notebook.cells
    }
    answers: dict[str, Found] = {}
    submitted: dict[str, Found] = {}  # what the student has in the place of each known cell
    extras: dict[str, list[Found]] = defaultdict(list)
    unknown: list[tuple[str, Found]] = []
    anchor, notices = FIRST, []
    for cell in found:
        known = next((ours[name] for name in cell.names if name in ours), None)
        if known is not None and not is_open(known) and is_pasted(cell, known):
            unknown.append((anchor, cell))
        elif known is not None and known.id not in answers:
            anchor = known.id
            submitted[known.id] = cell
            locked = replace(cell, source=known.source, attachments={})
            answers[known.id] = cell if is_open(known) else locked
        elif known is not None and not is_open(known):
            notices.append(f"A second copy of the cell '{name_of(known)}' was left out.")
        else:
            unknown.append((anchor, cell))
    by_definition = {
        name: cell
        for cell in notebook.cells
        if is_answer(cell) and cell.id not in answers
        for name in definitions(cell.source)
    }
    for anchor, cell in unknown:
        lost = next(
            (by_definition[name] for name in definitions(cell.source) if name in by_definition),
            None,
        )
        if cell.kind == "code" and lost is not None and lost.id not in answers:
            answers[lost.id] = submitted[lost.id] = cell
            notices.append(
                f"The answer '{name_of(lost)}' had lost its label and was recognised by what it"
                " defines."
            )
        elif cell.source.strip():
            extras[anchor].append(cell)
    notices += find_merged(notebook.cells, answers, submitted, extras)
    notices += take_text_beside(notebook.cells, answers, extras, MAX_PICTURES)
    return answers, extras, notices


def _extra(cell: Found, anchor: str, number: int) -> NotebookNode:
    make: Callable[..., NotebookNode] = new_code_cell if cell.kind == "code" else new_markdown_cell
    made = make(cell.source, id=f"extra-{anchor[:48]}-{number}", metadata={CELL: EXTRA})
    if cell.kind != "code" and cell.attachments:
        made.attachments = cell.attachments
    return made
