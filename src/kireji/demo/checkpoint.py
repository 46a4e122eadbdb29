"""Trains an assignment's solution, once: its notebook is run as a student would run it, and its
checkpoint kept."""

import asyncio
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from kireji import installation
from kireji.course.assignment import Assignment
from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.files.lock import hold

CHECKPOINTS = "checkpoints"  # in var/demo
TRAINING_MINUTES = 30  # after which something is wrong with this machine


def trained_checkpoints(
    course: Course, assignment: Assignment, progress: Callable[[int, int], None] | None = None
) -> Path:
    """The folder with the checkpoints that the solution saves, made now if its code or its data are
    new.

    progress is told (cells done, cells in all). KirejiError if the notebook fails.
    """
    folder = _folder(course, assignment)
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = hold(folder.parent.with_suffix(".lock"))
    try:
        if not folder.exists():  # a second process waits for what the first one trains
            _train(course, assignment, folder, progress)
    finally:
        lock.release()
    return folder


def _train(
    course: Course,
    assignment: Assignment,
    folder: Path,
    progress: Callable[[int, int], None] | None,
) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        _run(course, assignment, Path(work), progress)
        made = Path(work) / "made"
        made.mkdir()
        for checkpoint in Path(work).glob("*.safetensors"):
            checkpoint.rename(made / checkpoint.name)
        made.rename(folder)  # whole or not at all
    for old in folder.parent.iterdir():
        if old != folder:
            shutil.rmtree(old)


def is_trained(course: Course, assignment: Assignment) -> bool:
    """Whether the checkpoints are there already."""
    return _folder(course, assignment).exists()


def _folder(course: Course, assignment: Assignment) -> Path:
    return course.demo / CHECKPOINTS / assignment.name / _key(course, assignment)


def _key(course: Course, assignment: Assignment) -> str:
    """Changes with what the checkpoint depends on: the solution's code, the modules of the lab that
    it imports, the data it names."""
    code = [cell.source for cell in assignment.source.cells if cell.cell_type == "code"]
    text = "\n".join([*code, *_lab_code("\n".join(code))])
    total = hashlib.sha256(text.encode())
    for path in sorted(course.lab_data.rglob("*.tsv")):
        if path.parent.name in text:
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def _lab_code(text: str) -> list[str]:
    """The text of each module of the lab that `text` imports, and of those that these import.
    Checks train nothing: they are left out."""
    found: dict[str, str] = {}
    waiting = [text]
    while waiting:
        for name in re.findall(
            r"^\s*(?:from|import) attention_lab\.(\w+)", waiting.pop(), re.MULTILINE
        ):
            path = installation.LAB / "attention_lab" / f"{name}.py"
            if name not in found and path.is_file():
                found[name] = path.read_text(encoding="utf-8")
                waiting.append(found[name])
    return [found[name] for name in sorted(found)]


def _run(
    course: Course, assignment: Assignment, work: Path, progress: Callable[[int, int], None] | None
) -> None:
    notebook = nbformat.from_dict(assignment.source)
    done = 0

    def on_cell_complete(**kwargs: object) -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, len(notebook.cells))

    client = NotebookClient(
        notebook,
        timeout=TRAINING_MINUTES * 60,
        kernel_name="python3",
        resources={"metadata": {"path": str(work)}},
        on_cell_complete=on_cell_complete,
    )
    environment = os.environ | {"ATTENTION_LAB_DATA": str(course.lab_data), "OMP_NUM_THREADS": "1"}
    environment.pop("ATTENTION_LAB_GRADING", None)
    try:
        asyncio.run(client.async_execute(env=environment, cleanup_kc=True))
    except CellExecutionError as error:
        raise KirejiError(
            f"The solution of {assignment.name} does not run: {error.ename}: {error.evalue}"
        ) from None
    if not list(work.glob("*.safetensors")):
        raise KirejiError(
            f"The solution of {assignment.name} ran, but saved no checkpoint (*.safetensors)."
        )
