"""One submission's kernel in its place: start it, run the notebook, talk to what the notebook defined, destroy it."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode

from kireji.errors import KirejiError

from .cells import CellRunner
from .channel import Channel, Doorbell
from .limits import DEFAULT, Limits
from .place import open_place
from .provisioner import OnePlace


class Sandbox:
    """Use as a context: inside it the kernel runs, and when it ends nothing of it is left.

    files: what the submission brings, by name. trusted: run without a wall if there is none.
    """

    def __init__(self, files: Mapping[str, bytes], limits: Limits = DEFAULT, trusted: bool = False) -> None:
        self.limits = limits
        self.place = open_place(files, limits, trusted)
        self.doorbell = Doorbell(self.place.shared)
        self.channel: Channel | None = None
        # nbclient is asynchronous and the hidden tests are not: the kernel's conversation gets a thread of its own.
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="sandbox", daemon=True)

    def __enter__(self) -> "Sandbox":
        self.thread.start()
        try:
            self.wait(self.start())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        if self.channel:
            self.channel.close()
        self.wait(self.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        self.doorbell.close()
        self.place.close()

    def run(self, notebook: NotebookNode, upto: int) -> int | None:
        """Run the notebook's cells before number `upto` and put their outputs into it.

        Returns the number of the cell in which the time ran out, if it did. CellsLost if a cell took the kernel with it.
        """
        runner = CellRunner(notebook, self.manager, self.client, self.limits)
        return self.wait(runner.run(upto))

    def connect(self) -> Channel:
        """The channel to the notebook's variables, lost already if they cannot be reached.

        From now on the kernel runs no more cells.
        """
        code = f"__import__('agent').start({str(self.doorbell.path)!r})"
        self.loop.call_soon_threadsafe(lambda: self.client.execute(code, silent=True, store_history=False))
        try:
            connection = self.doorbell.answer(self.limits.call_seconds)
        except TimeoutError:
            self.channel = Channel.never_opened("your notebook left Python in a state that answers no questions")
        else:
            self.channel = Channel(connection, self.limits.call_seconds, self.limits.tests_seconds)
        return self.channel

    def wait(self, coroutine: Coroutine) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    async def start(self) -> None:
        self.manager = AsyncKernelManager(
            kernel_name="python3", transport="ipc", ip=str(self.place.shared / "k"),
            connection_file=str(self.place.shared / "kernel.json"),
            kernel_spec_manager=OnePlace(place=self.place))
        await self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        try:
            await self.client.wait_for_ready(timeout=self.limits.start_seconds)
        except RuntimeError as error:
            raise KirejiError(f"The sandbox did not start within {self.limits.start_seconds:.0f} seconds "
                              f"({error}). Is this machine very busy, or out of memory?") from None

    async def stop(self) -> None:
        if hasattr(self, "client"):
            self.client.stop_channels()
        if hasattr(self, "manager") and self.manager.has_kernel:
            await self.manager.shutdown_kernel(now=True)
