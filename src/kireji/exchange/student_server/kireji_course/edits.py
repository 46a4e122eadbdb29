"""When the code of each answer last changed, noted at each save: so a checkpoint can be told from
one that an older version of the code left."""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

from .notebooks import Cell, cells_of
from .places import Places, read_json

SLACK_SECONDS = 60  # a training may begin before the notebook is saved by itself


def file_of(places: Places, assignment: str) -> Path:
    return places.state / f"edits-{assignment}.json"


def note(places: Places, assignment: str, notebook: dict[str, Any]) -> None:
    """Note which answers changed since the last save."""
    path, now = file_of(places, assignment), time.time()
    known = read_json(path)
    seen = {}
    for cell in cells_of(notebook):
        if cell.kind == "code" and cell.is_answer:
            digest, changed = known.get(cell.key, ("", now))
            seen[cell.key] = (digest, changed) if digest == _digest(cell) else (_digest(cell), now)
    if seen != known:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".unfinished")
        draft.write_text(json.dumps(seen))
        os.replace(draft, path)


def changed_after(places: Places, assignment: str, cells: list[Cell], moment: float) -> list[Cell]:
    """Those of `cells` that changed after `moment`, as far as it was noted."""
    known = read_json(file_of(places, assignment))
    return [
        cell
        for cell in cells
        if known.get(cell.key, ("", 0))[0] == _digest(cell)
        and known[cell.key][1] > moment + SLACK_SECONDS
    ]


def _digest(cell: Cell) -> str:
    return hashlib.sha256(cell.source.strip().encode("utf-8", "replace")).hexdigest()[:16]
