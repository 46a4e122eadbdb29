"""Runs a notebook's cells in a kernel, within one budget of time and of output for all of them."""

import asyncio
import math
import time
from typing import Any, Protocol

from jupyter_client.asynchronous import AsyncKernelClient
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from kireji.course.notebook_metadata import CELL, EXTRA
from kireji.sandbox.limits import Limits
from kireji.sandbox.outputs import CUT, DROPPED, clean, keep_sound, size_of

STOPPED = "This cell was stopped: the time for running a whole submission was used up."
OWN_STOPPED = (
    "This cell was stopped: it is not part of the assignment, and such cells may take {:.0f}"
    " seconds and compute for {:.0f} seconds, all of them together."
)
GARBLED = "your code sent the grader messages that could not be read"
PROBE_SECONDS = 3.0
POLL_SECONDS = 0.25
INTERRUPT_SECONDS = 10.0  # until a cell of the student's own ends after it was interrupted
# What each cell of the student's own may compute, whatever those before it used: imports of theirs
# must run.
MIN_OWN_SECONDS = 3.0
GRACE = 20.0  # seconds over its budget until a cell is given up if its kernel keeps silent


class CellsLostError(Exception):
    """A cell took the kernel with it. `index` is the cell's number; the text is the reason a
    student reads.

    seconds: what the cells before it took. own: it is the student's own and used up what such cells
    may take, so the others can run without it.
    """

    def __init__(self, index: int, reason: str, seconds: float, own: bool = False) -> None:
        super().__init__(reason)
        self.index, self.seconds, self.own = index, seconds, own


class Owner(Protocol):
    """Who started the kernel and ends it."""

    manager: Any
    client: AsyncKernelClient
    limits: Limits

    def end(self, reason: str) -> None:
        """End the kernel and all with it, because of `reason`."""

    def why_ended(self) -> str | None:
        """Why the kernel is gone, None while it is there."""

    def processor_seconds(self) -> float:
        """What was computed so far, all processes together."""


class CellRunner(NotebookClient):
    """An nbclient for a kernel that is started and ended by `owner`."""

    seconds_left: float

    def __init__(self, notebook: NotebookNode, owner: Owner) -> None:
        super().__init__(
            notebook,
            km=owner.manager,
            timeout_func=lambda cell: max(1, math.ceil(self.seconds_left)),
            allow_errors=True,
            interrupt_on_timeout=True,
            store_widget_state=False,
            record_timing=False,
            shutdown_kernel="immediate",
            error_on_timeout={"ename": "OutOfTime", "evalue": STOPPED, "traceback": [STOPPED]},
        )
        self.kc, self.owner, self.limits = owner.client, owner, owner.limits
        self.seconds_left = owner.limits.cells_seconds
        # what cells of the student's own have left, on the wall's clock and on the processor's
        self.own_left = owner.limits.own_cells_seconds
        self.own_computing_left = owner.limits.own_processor_seconds
        self.own_stopped: list[int] = []  # the numbers of those that were stopped
        self.characters: dict[int, int] = {}  # of text, by cell
        self.kept: dict[int, int] = {}  # outputs, by cell
        self.output_bytes = self.outputs = 0

    async def run(self, upto: int, without: frozenset[int] = frozenset()) -> int | None:
        """Run the cells before number `upto` in order, but for those in `without`; the number of
        the cell in which the time ran out, if it did.

        CellsLostError if a cell ends or blocks the kernel for good, or breaks the conversation with
        it."""
        self.reset_execution_trackers()
        try:
            return await self.run_cells(upto, without)
        finally:
            for cell in self.nb.cells:
                keep_sound(cell)

    async def run_cells(self, upto: int, without: frozenset[int]) -> int | None:
        stopped = None
        for index, cell in enumerate(self.nb.cells[:upto]):
            if index in without:
                cell.outputs = [self.own_stop()]
                continue
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            if self.seconds_left <= 0:
                cell.outputs = [self.stopped()]
                continue
            started, before = time.monotonic(), self.limits.cells_seconds - self.seconds_left
            try:
                if cell.metadata.get(CELL) == EXTRA:
                    await self.run_own(cell, index, before)
                else:
                    await asyncio.wait_for(
                        self.async_execute_cell(cell, index), self.seconds_left + GRACE
                    )
            except CellsLostError:
                raise
            except DeadKernelError:
                raise CellsLostError(
                    index, self.owner.why_ended() or "contact was lost", before
                ) from None
            except TimeoutError:
                raise CellsLostError(
                    index, "contact with the cell was lost: it did not end in time", before
                ) from None
            except Exception:  # whatever a forged message did to nbclient
                raise CellsLostError(index, self.owner.why_ended() or GARBLED, before) from None
            finally:
                self.seconds_left -= time.monotonic() - started
            if self.seconds_left <= 0:
                stopped = index
                cell.outputs.append(self.stopped())
                if not await self.answers():
                    raise CellsLostError(
                        index,
                        self.owner.why_ended() or "it ran out of time, and could not be stopped",
                        before,
                    )
        return stopped

    async def run_own(self, cell: NotebookNode, index: int, before: float) -> None:
        """Run a cell that is not part of the assignment. Interrupt it when such cells have used up
        what they may take."""
        started, computed = time.monotonic(), self.owner.processor_seconds()
        seconds = min(self.seconds_left, max(MIN_OWN_SECONDS, self.own_left))
        computing = max(MIN_OWN_SECONDS, self.own_computing_left)
        running = asyncio.ensure_future(self.async_execute_cell(cell, index))
        try:
            while not running.done():
                await asyncio.wait([running], timeout=POLL_SECONDS)
                if (
                    time.monotonic() - started > seconds
                    or self.owner.processor_seconds() - computed > computing
                ):
                    await self.interrupt(running, cell, index, before)
                    break
            if running.done():
                running.result()  # raises what the cell did to the kernel
        finally:
            running.cancel()
            self.own_left -= time.monotonic() - started
            self.own_computing_left -= self.owner.processor_seconds() - computed

    async def interrupt(
        self, running: asyncio.Future[Any], cell: NotebookNode, index: int, before: float
    ) -> None:
        """End a cell of the student's own. CellsLostError if it does not end."""
        if running.done():
            return
        self.own_stopped.append(index)
        await self.owner.manager.interrupt_kernel()
        await asyncio.wait([running], timeout=INTERRUPT_SECONDS)
        cell.outputs.append(self.own_stop())
        if not running.done():
            running.cancel()
            await asyncio.wait([running])
            raise CellsLostError(index, self.own_stop().evalue, before, own=True)

    async def answers(self) -> bool:
        """True if the kernel still takes orders."""
        try:
            assert self.kc is not None
            await asyncio.wait_for(
                self.kc._async_execute_interactive(
                    "pass",
                    silent=True,
                    store_history=False,
                    timeout=PROBE_SECONDS,
                    output_hook=lambda message: None,
                ),
                PROBE_SECONDS + 1,
            )
        except Exception:
            return False
        return True

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Count every message; too many, or too large ones, end the submission."""
        msg["content"] = clean(msg["content"])
        self.outputs += 1
        self.output_bytes += size_of(msg["content"])
        if self.output_bytes > self.limits.output_bytes or self.outputs > self.limits.outputs:
            self.owner.end(
                "it put out too much: a submission can print and display "
                f"{self.limits.output_bytes // 2**20} MiB, and do so {self.limits.outputs:,} times"
            )
        return super().process_message(msg, cell, cell_index)

    def handle_comm_msg(
        self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int
    ) -> None:
        """Widgets are not shown, so what they say is not kept."""

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Keep an output while the cell is under its limits; count it in any case."""
        before, kept = self.characters.get(cell_index, 0), self.kept.get(cell_index, 0)
        limit, content = self.limits.cell_characters, msg["content"]
        size = len(content.get("text", "")) or sum(
            len(value)
            for kind, value in content.get("data", {}).items()
            if isinstance(value, str) and not kind.startswith("image/")
        )
        self.characters[cell_index], self.kept[cell_index] = before + size, kept + 1
        if before > limit or kept > self.limits.cell_outputs:
            return None
        if kept == self.limits.cell_outputs:
            outs.append(
                NotebookNode(output_type="stream", name="stdout", text=DROPPED.format(kept))
            )
            return None
        if before + size > limit and "text" in content:
            content["text"] = content["text"][: limit - before] + CUT.format(limit)
        elif before + size > limit:
            return None
        return super().output(outs, msg, display_id, cell_index)

    def own_stop(self) -> NotebookNode:
        return self.stopped(
            OWN_STOPPED.format(self.limits.own_cells_seconds, self.limits.own_processor_seconds)
        )

    @staticmethod
    def stopped(reason: str = STOPPED) -> NotebookNode:
        return NotebookNode(
            output_type="error", ename="OutOfTime", evalue=reason, traceback=[reason]
        )
