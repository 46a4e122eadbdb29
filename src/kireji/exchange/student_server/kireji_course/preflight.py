"""What would be handed in now, and what is missing or odd about it."""

import os
import shutil
import time
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from kireji_calendar import lateness, refusal
from kireji_handing_in import exhausted, left_behind, too_much

from . import checkpoints, edits
from .attempts import status_of
from .dates import dates_of
from .notebooks import (
    CHECKPOINTS,
    Cell,
    checkpoint_patterns,
    model_code,
    original_cells,
    read_cells,
    title_of,
    unwritten,
)
from .places import Places, read_json

MAX_LISTED = 50  # files


def preflight(places: Places, assignment: str) -> dict[str, Any]:
    """What goes in, what stays out, and what to look at first.

    `blocked` says why nothing can be handed in; warnings do not keep the student from it."""
    folder = places.folder(assignment)
    original = original_cells(places.original(assignment))
    said: dict[str, Any] = {
        "name": assignment,
        "title": title_of(original, assignment),
        "files": [],
        "left_out": [],
        "warnings": [],
        "blocked": "",
    }
    if not places.notebook(assignment).is_file():
        said["blocked"] = (
            f"There is no {assignment}.ipynb in the folder {assignment}: the notebook must keep"
            " its name and its place. If you renamed it, give it its name back; if it is gone,"
            " click Begin to get it again."
        )
        return said
    cells = read_cells(places.notebook(assignment))
    ignored = shutil.ignore_patterns(*places.ignore)
    dates = dates_of(places, assignment)
    said["blocked"] = (
        refusal(dates)
        or too_much(folder, ignored)
        or left_behind(folder, assignment, ignored)
        or exhausted(places.inbound, assignment)
    )
    accepted = _accepted(places, assignment)
    for path in sorted(_files(folder, ignored)):
        name = path.relative_to(folder).as_posix()
        taken = name == f"{assignment}.ipynb" or any(fnmatchcase(name, one) for one in accepted)
        if taken:
            said["files"].append(_file(path, name))
        elif len(said["left_out"]) < MAX_LISTED:
            said["left_out"].append(name)
    said["warnings"] = [
        *filter(None, [lateness(dates)]),
        *_attempt_limit(places, assignment),
        *_unfinished(cells, original),
        *_models(places, assignment, cells, original),
    ]
    return said


def _accepted(places: Places, assignment: str) -> list[str]:
    """Patterns of what is taken with the notebook."""
    metadata = read_json(places.original(assignment)).get("metadata", {})
    patterns = metadata.get("kireji", {}).get("files", CHECKPOINTS)
    return [pattern for pattern in patterns if isinstance(pattern, str)]


def _files(folder: Path, ignored: Any) -> list[Path]:
    found = []
    for place, folders, files in os.walk(folder):
        skipped = set(ignored(place, [*folders, *files]))
        folders[:] = [name for name in folders if name not in skipped]
        found += [Path(place, name) for name in files if name not in skipped]
    return [path for path in found if path.is_file() and not path.is_symlink()]


def _file(path: Path, name: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": name, "size": path.lstat().st_size}
    if name.endswith(".safetensors") and (score := checkpoints.score_of(path)) is not None:
        entry["score"] = round(score, 2)
    return entry


def _attempt_limit(places: Places, assignment: str) -> list[str]:
    known = status_of(places).get(assignment, {})
    if known.get("free_at", 0) <= time.time():
        return []
    free = datetime.fromtimestamp(known["free_at"], UTC)
    return [
        f"You have used {known.get('limit', 'all attempts')}. This one is kept, and graded when"
        f" your instructor grades. The next one is free at {free:%H:%M} UTC on {free:%-d %B}."
    ]


def _unfinished(cells: list[Cell], original: list[Cell]) -> list[str]:
    """Answers that are not there yet."""
    missing = unwritten(cells, original)
    code = [cell for cell in missing if cell.kind == "code"]
    said = []
    if code:
        answers = [cell for cell in original if cell.is_answer and cell.kind == "code"]
        names = ", ".join(cell.grade_id.removesuffix("_solution") for cell in code)
        said.append(f"Not written yet: {len(code)} of {len(answers)} code answers ({names}).")
    said += [
        f"The written answer {cell.grade_id} is empty." for cell in missing if cell.kind != "code"
    ]
    return said


def _models(places: Places, assignment: str, cells: list[Cell], original: list[Cell]) -> list[str]:
    """Checkpoints that are missing, unreadable, or older than the code of their model."""
    folder, said = places.folder(assignment), []
    for pattern in checkpoint_patterns(original):
        found = [
            path for path in folder.glob(pattern) if not path.name.endswith(".earlier.safetensors")
        ]
        if not found:
            said.append(
                f"There is no {pattern}: run the training cell first. Without the trained model"
                " the tasks about it get no points."
            )
            continue
        said += [
            f"{path.name} is not a safetensors file that can be read: train again."
            for path in found
            if checkpoints.header_of(path) is None
        ]
        oldest = min(path.stat().st_mtime for path in found)
        changed = edits.changed_after(places, assignment, model_code(cells, original), oldest)
        if changed:
            names = ", ".join(cell.grade_id.removesuffix("_solution") for cell in changed)
            said.append(
                f"You changed {names} after the model was trained: if the change matters, train"
                " again, or the model may not load."
            )
    return said
