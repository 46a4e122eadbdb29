"""Small pieces of Markdown that the reference pages are made of."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar within a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def page(title: str, source: str, *parts: str) -> str:
    """A reference page, which says in a comment that it is generated and from what."""
    note = f"<!-- Generated from {source} by ./kireji docs. Do not edit. -->"
    return "\n\n".join([note, f"# {title}", *parts]) + "\n"
