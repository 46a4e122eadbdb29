"""What a notebook says about its assignment, and how far the student's copy has come."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .places import read_json

HEADING = re.compile(r"^(#{1,2}) +(.+?) *$", re.MULTILINE)
CHECK = re.compile(r"""^check\(\s*["'](\w+)["']\s*\)""", re.MULTILINE)
STUB = "raise NotImplementedError"
CHECKPOINTS = ("*.safetensors",)
# A training cell names the file that it leaves, such as f"ex3_classification{name}.safetensors".
CHECKPOINT_NAME = re.compile(r"""["']([\w.{}-]+\.safetensors)["']""")


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook, whatever the file says."""

    id: str
    kind: str
    source: str
    grade_id: str
    points: float
    is_graded: bool
    is_answer: bool

    @property
    def key(self) -> str:
        """By which a cell is found again in another copy."""
        return self.grade_id or self.id


@dataclass(frozen=True)
class Task:
    """One task with a check: its name, its heading, and the cell where its code goes."""

    name: str
    title: str
    check: Cell
    answer: Cell | None


def cells_of(notebook: dict[str, Any]) -> list[Cell]:
    """The cells that can be read."""
    cells = notebook.get("cells")
    found = []
    for raw in cells if isinstance(cells, list) else []:
        if not isinstance(raw, dict):
            continue
        source, metadata = raw.get("source", ""), raw.get("metadata")
        mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        mark = mark if isinstance(mark, dict) else {}
        points = mark.get("points")
        found.append(
            Cell(
                id=str(raw.get("id", "")),
                kind=str(raw.get("cell_type", "")),
                source="".join(map(str, source)) if isinstance(source, list) else str(source),
                grade_id=str(mark.get("grade_id", "")),
                points=float(points) if isinstance(points, int | float) else 0.0,
                is_graded=bool(mark.get("grade")),
                is_answer=bool(mark.get("solution")),
            )
        )
    return found


def read_cells(path: Path) -> list[Cell]:
    """The cells of a notebook's file; none where it cannot be read."""
    return cells_of(read_json(path))


def title_of(cells: list[Cell], default: str) -> str:
    """The first heading."""
    for cell in cells:
        if cell.kind == "markdown" and (found := HEADING.search(cell.source)):
            return found[2]
    return default


def points_of(cells: list[Cell]) -> float:
    return sum(cell.points for cell in cells if cell.is_graded)


def tasks_of(cells: list[Cell]) -> list[Task]:
    """Each call of check(...), with the heading above it and the answer before it."""
    found: list[Task] = []
    title, answer = "", None
    for cell in cells:
        if cell.kind == "markdown":
            for heading in HEADING.finditer(cell.source):
                title = heading[2]
        elif cell.is_answer:
            answer = cell
        for name in CHECK.findall(cell.source) if cell.kind == "code" else ():
            found.append(Task(name, title or name, cell, answer))
            answer = None
    return found


def unwritten(cells: list[Cell], original: list[Cell]) -> list[Cell]:
    """The answers that are as they were released, empty, or still raise NotImplementedError."""
    released = {cell.key: cell.source.strip() for cell in original if cell.is_answer}
    return [
        cell
        for cell in cells
        if cell.key in released
        and (
            not cell.source.strip()
            or cell.source.strip() == released[cell.key]
            or (cell.kind == "code" and STUB in cell.source)
        )
    ]


def checkpoint_patterns(original: list[Cell]) -> list[str]:
    """The files that the released notebook's training cells leave, as patterns of names."""
    names = (
        re.sub(r"\{\w*\}", "*", name)
        for cell in original
        if cell.kind == "code" and not cell.is_answer
        for name in CHECKPOINT_NAME.findall(cell.source)
    )
    return list(dict.fromkeys(names))


def model_code(cells: list[Cell], original: list[Cell]) -> list[Cell]:
    """The answers above the training cell: what the trained model is made of."""
    trained: set[str] = set()
    for cell in original:
        if cell.kind == "code" and not cell.is_answer and CHECKPOINT_NAME.search(cell.source):
            break
        if cell.kind == "code" and cell.is_answer:
            trained.add(cell.key)
    else:
        return []
    return [cell for cell in cells if cell.key in trained]


@lru_cache(maxsize=64)
def _read_once(path: Path, _changed: int) -> tuple[Cell, ...]:
    return tuple(read_cells(path))


def original_cells(path: Path) -> list[Cell]:
    """The cells of a released notebook, read again only when the file has changed."""
    try:
        return list(_read_once(path, path.stat().st_mtime_ns))
    except OSError:
        return []
