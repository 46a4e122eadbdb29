"""Runs a notebook's cells in a kernel, within one budget of time and of output for all of them."""

import math
import time
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from .limits import Limits

STOPPED = "This cell was stopped: the time for running a whole submission was used up."
CUT = "\n[The rest of this cell's output was dropped: it was over {:,} characters.]\n"
PROBE_SECONDS = 3.0


class CellsLost(Exception):
    """A cell took the kernel with it. `index` is the cell's number; the text is the reason a student reads."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index


class CellRunner(NotebookClient):
    """An nbclient for a kernel that is started and ended by somebody else."""

    def __init__(self, notebook: NotebookNode, manager: Any, client: Any, limits: Limits) -> None:
        super().__init__(
            notebook, km=manager, timeout_func=lambda cell: max(1, math.ceil(self.seconds_left)), allow_errors=True,
            interrupt_on_timeout=True, store_widget_state=False, record_timing=False, shutdown_kernel="immediate",
            error_on_timeout={"ename": "OutOfTime", "evalue": STOPPED, "traceback": [STOPPED]})
        self.kc = client
        self.limits, self.seconds_left = limits, limits.cells_seconds
        self.characters: dict[int, int] = {}

    async def run(self, upto: int) -> int | None:
        """Run the cells before number `upto` in order; the number of the cell in which the time ran out, if it did.

        CellsLost if a cell ends or blocks the kernel for good.
        """
        stopped = None
        self.reset_execution_trackers()
        for index, cell in enumerate(self.nb.cells[:upto]):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            if self.seconds_left <= 0:
                cell.outputs = [self.stopped()]
                continue
            started = time.monotonic()
            try:
                await self.async_execute_cell(cell, index)
            except DeadKernelError:
                raise CellsLost(index, "this cell ended the Python process it was running in") from None
            finally:
                self.seconds_left -= time.monotonic() - started
            if self.seconds_left <= 0:
                stopped = index
                cell.outputs.append(self.stopped())
                if not await self.answers():
                    raise CellsLost(index, "this cell did not end in time and could not be stopped")
        return stopped

    async def answers(self) -> bool:
        """True if the kernel still takes orders."""
        try:
            await self.kc._async_execute_interactive("pass", silent=True, store_history=False, timeout=PROBE_SECONDS,
                                                     output_hook=lambda message: None)
        except (TimeoutError, RuntimeError):
            return False
        return True

    def output(self, outs: list[NotebookNode], msg: dict, display_id: str, cell_index: int) -> NotebookNode | None:
        """Keep an output while the cell is under its limit; count it in any case."""
        before = self.characters.get(cell_index, 0)
        limit = self.limits.output_characters
        content = msg["content"]
        size = len(content.get("text", "")) or sum(
            len(value) for kind, value in content.get("data", {}).items()
            if isinstance(value, str) and not kind.startswith("image/"))
        self.characters[cell_index] = before + size
        if before > limit:
            return None
        if before + size > limit and "text" in content:
            content["text"] = content["text"][:limit - before] + CUT.format(limit)
        elif before + size > limit:
            return None
        return super().output(outs, msg, display_id, cell_index)

    @staticmethod
    def stopped() -> NotebookNode:
        return NotebookNode(output_type="error", ename="OutOfTime", evalue=STOPPED, traceback=[STOPPED])
