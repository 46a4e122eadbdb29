"""Finds answers that are in the submitted notebook, though not in their own cells: a text written
in the cell next to an empty answer, an answer that was merged with its neighbour."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from nbformat import NotebookNode

from kireji.grading.found_cell import Found, definitions, is_answer, name_of

ELSEWHERE = "# This answer was found in another cell."


def is_pasted(cell: Found, known: NotebookNode) -> bool:
    """Whether a cell has the label of a locked cell and another content and id: a copy out of
    another notebook of the course, which is the student's own."""
    return (
        cell.kind == "code"
        and cell.id is not None
        and cell.id != known.id
        and cell.source.split() != known.source.split()
    )


def find_merged(
    cells: Sequence[NotebookNode],
    answers: dict[str, Found],
    submitted: Mapping[str, Found],
    extras: Mapping[str, list[Found]],
) -> list[str]:
    """Put into `answers` what was merged with a neighbour; returns what is said about it.

    submitted: the student's version of the assignment's cells, by id."""
    notices = []
    own = [one for some in extras.values() for one in some]
    for before, cell in _with_the_one_before(cells):
        if cell.id in answers or not is_answer(cell):
            continue
        if _is_written(cell):
            merged = _merged_below(before, submitted)
            holder = before if merged else None
        else:
            merged, holder = _merged_code(cell, cells, answers, submitted, own)
        if merged:
            answers[cell.id] = merged
        if holder:
            notices.append(
                f"The answer '{name_of(cell)}' was merged with the cell '{name_of(holder)}' and was"
                " taken from there."
            )
    return notices


def take_text_beside(
    cells: Sequence[NotebookNode],
    answers: dict[str, Found],
    extras: dict[str, list[Found]],
    max_pictures: int,
) -> list[str]:
    """Where a written answer is untouched, put into `answers` what is written in the cells below
    it, or else above it; returns what is said about it."""
    notices = []
    for before, cell in _with_the_one_before(cells):
        if not _is_written(cell):
            continue
        if cell.id in answers and answers[cell.id].source.strip() not in ("", cell.source.strip()):
            continue
        for anchor in [cell.id] + ([before.id] if before is not None else []):
            texts = [one for one in extras.get(anchor, []) if _is_text(one)]
            if texts:
                answers[cell.id] = _joined(texts, max_pictures)
                extras[anchor] = [one for one in extras[anchor] if not _is_text(one)]
                notices.append(
                    f"The answer '{name_of(cell)}' was left as it came; what is written in the"
                    " cell next to it was taken."
                )
                break
    return notices


def _with_the_one_before(
    cells: Sequence[NotebookNode],
) -> Iterable[tuple[NotebookNode | None, NotebookNode]]:
    return zip([None, *cells[:-1]], cells, strict=True)


def _is_written(cell: NotebookNode) -> bool:
    return is_answer(cell) and cell.cell_type == "markdown"


def _is_text(cell: Found) -> bool:
    return cell.kind == "markdown" and bool(cell.source.strip())


def _merged_below(before: NotebookNode | None, submitted: Mapping[str, Found]) -> Found | None:
    """What the student has behind the text of the cell above an answer, with its pictures."""
    if before is None or is_answer(before) or before.cell_type != "markdown":
        return None
    if before.id not in submitted:
        return None
    own, given = before.source.strip(), submitted[before.id].source.strip()
    text = given[len(own) :].strip() if own and given.startswith(own) else ""
    return replace(submitted[before.id], source=text) if text else None


def _merged_code(
    cell: NotebookNode,
    cells: Sequence[NotebookNode],
    answers: Mapping[str, Found],
    submitted: Mapping[str, Found],
    own: Sequence[Found],
) -> tuple[Found | None, NotebookNode | None]:
    """The code that an answer's cell gets, and the cell of the assignment where it was found."""
    needed = set(definitions(cell.source))
    if not needed:
        return None, None
    for known in cells:
        found = submitted.get(known.id)
        if found is None or not needed <= set(definitions(found.source)):
            continue
        is_replaced = answers[known.id].source != found.source
        # A locked cell is the assignment's own again: what was merged with it moves.
        return (found if is_replaced else replace(found, source=ELSEWHERE)), known
    for found in own:
        if needed <= set(definitions(found.source)):
            return replace(found, source=ELSEWHERE), None
    return None, None


def _joined(texts: Sequence[Found], max_pictures: int) -> Found:
    """Several texts as one. Pasted pictures come along; a picture gets a new name if its name is
    taken."""
    sources: list[str] = []
    pictures: dict[str, dict[str, str]] = {}
    for number, text in enumerate(texts, 1):
        source = text.source.strip()
        for name, picture in text.attachments.items():
            new = name
            if pictures.get(name, picture) != picture:
                new = f"{number}-{name}"
                source = source.replace(f"attachment:{name}", f"attachment:{new}")
            if len(pictures) < max_pictures:
                pictures[new] = picture
        sources.append(source)
    return replace(texts[0], source="\n\n".join(sources), attachments=pictures)
