"""Check all: runs the saved notebook in a kernel of its own and lists what its checks find.

The training cells load their checkpoint: `attention_lab` does not train where NBGRADER_EXECUTION is
set, as in nbgrader's own `validate`.
"""

import asyncio
import contextlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import nbformat
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from .errors import CourseError
from .notebooks import Task, cells_of, original_cells, tasks_of, unwritten
from .places import Places

RESULT = "application/vnd.kireji.check+json"  # attention_lab.checks.outcome writes it
CELL_SECONDS = 120
ALL_SECONDS = 600
NEEDED = "is defined"  # ends the title of a finding about an object that is missing


@dataclass
class Run:
    """One run over a notebook."""

    task: asyncio.Task | None = None
    state: str = "running"
    done: int = 0
    cells: int = 0
    began: float = field(default_factory=time.monotonic)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""


class Checks:
    """The runs of this server, one for each assignment."""

    def __init__(self, places: Places, config: Any, log: Any) -> None:
        self.places, self.config, self.log = places, config, log
        self.runs: dict[str, Run] = {}

    def begin(self, assignment: str) -> None:
        """Start a run, unless one is under way."""
        current = self.runs.get(assignment)
        if current and current.state == "running":
            return
        if not self.places.notebook(assignment).is_file():
            raise CourseError(f"There is no {assignment}.ipynb to check: click Begin first.")
        run = Run()
        self.runs[assignment] = run
        run.task = asyncio.get_running_loop().create_task(self._run(assignment, run))

    async def end(self, assignment: str) -> None:
        """End a run that is under way."""
        run = self.runs.get(assignment)
        if run and run.task and not run.task.done():
            run.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await run.task

    def progress(self, assignment: str) -> dict[str, Any]:
        """How far the last run is, and what it found so far."""
        run = self.runs.get(assignment)
        if run is None:
            return {"state": "none", "tasks": []}
        return {
            "state": run.state,
            "done": run.done,
            "cells": run.cells,
            "tasks": run.tasks,
            "problem": run.problem,
        }

    def _kernel(self) -> AsyncKernelManager:
        """A kernel of its own. The server's configuration may say that kernels talk through
        sockets in a folder; without a connection file that would be the notebook's."""
        folder = Path(jupyter_runtime_dir())
        folder.mkdir(parents=True, exist_ok=True)
        return AsyncKernelManager(
            config=self.config,
            kernel_name="python3",
            connection_file=str(folder / f"kernel-check-{uuid4().hex[:8]}.json"),
        )

    async def _run(self, assignment: str, run: Run) -> None:
        try:
            await asyncio.wait_for(self._check(assignment, run), ALL_SECONDS)
            run.state = "done"
        except asyncio.CancelledError:
            run.state, run.problem = "ended", "You stopped it."
        except TimeoutError:
            run.state = "ended"
            run.problem = f"It took more than {ALL_SECONDS // 60} minutes and was stopped."
        except CourseError as error:
            run.state, run.problem = "ended", str(error)
        except Exception as error:
            self.log.exception("Check all failed")
            run.state, run.problem = "ended", f"The checks could not run: {error}"

    async def _check(self, assignment: str, run: Run) -> None:
        path = self.places.notebook(assignment)
        try:
            notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        except Exception:
            raise CourseError(
                f"{assignment}.ipynb cannot be read as a notebook. Start afresh keeps it under"
                " another name and fetches a new one."
            ) from None
        cells = cells_of(notebook)
        original = original_cells(self.places.original(assignment))
        open_answers = {cell.key for cell in unwritten(cells, original)}
        tasks = {task.check.id: task for task in tasks_of(cells)}
        expected = [task.name for task in tasks_of(original)]
        run.tasks[:] = [_entry(task, "waiting", "") for task in tasks.values()]
        last = max((i for i, cell in enumerate(cells) if cell.id in tasks), default=-1)
        code = [i for i in range(last + 1) if notebook.cells[i].cell_type == "code"]
        run.cells = len(code)
        client = NotebookClient(
            notebook,
            km=self._kernel(),
            timeout=CELL_SECONDS,
            allow_errors=True,
            resources={"metadata": {"path": str(path.parent)}},
        )
        environment = os.environ | {
            "NBGRADER_EXECUTION": "validate",
            "ATTENTION_LAB_CHECK_ALL": "1",
        }
        trouble = ""
        async with client.async_setup_kernel(env=environment):
            for index in code:
                cell = notebook.cells[index]
                try:
                    await client.async_execute_cell(cell, index)
                except CellTimeoutError:
                    raise CourseError(
                        f"A cell ran for more than {CELL_SECONDS} seconds and was stopped:"
                        f" {_first_line(cell.source)}"
                    ) from None
                except DeadKernelError:
                    raise CourseError(
                        f"The kernel died in this cell: {_first_line(cell.source)}"
                    ) from None
                run.done += 1
                trouble = _error_of(cell) or trouble
                if cells[index].id in tasks:
                    _enter(run, tasks[cells[index].id], cell, open_answers, trouble)
        missing = [name for name in expected if name not in {t.name for t in tasks.values()}]
        if missing:
            run.problem = f"The notebook has lost the checks of {', '.join(missing)}."


def _entry(task: Task, state: str, message: str) -> dict[str, Any]:
    return {
        "name": task.name,
        "title": task.title,
        "state": state,
        "message": message,
        "cell": (task.answer or task.check).id,
        "check": task.check.id,
    }


def _enter(run: Run, task: Task, cell: Any, open_answers: set[str], trouble: str) -> None:
    """Enter what one check said."""
    said = _result_of(cell)
    state, message = said.get("state", "wrong"), said.get("message", "")
    if not said:
        message = _error_of(cell) or "The check said nothing."
    if state != "done" and task.answer and task.answer.key in open_answers:
        state, message = "open", "Not written yet."
    elif state != "done" and NEEDED in said.get("title", "") and trouble:
        message = f"A cell above ended with {trouble}"
    for entry in run.tasks:
        if entry["name"] == task.name and entry["check"] == task.check.id:
            entry |= {"state": state, "message": message}


def _result_of(cell: Any) -> dict[str, Any]:
    for output in cell.outputs:
        if isinstance(said := output.get("data", {}).get(RESULT), dict):
            return said
    return {}


def _error_of(cell: Any) -> str:
    """Such as "ValueError: too long"; "" where the cell raised nothing."""
    for output in cell.outputs:
        if output.output_type == "error":
            return f"{output.ename}: {output.evalue}"[:500]
    return ""


def _first_line(source: str) -> str:
    return source.strip().partition("\n")[0][:100]
