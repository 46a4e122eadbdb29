"""One submission's kernel in its sandbox: start it, run the notebook, talk to what the notebook
defined, destroy it."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Coroutine, Mapping
from queue import Empty
from typing import Any, TypeVar

import psutil
import zmq
import zmq.asyncio
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode

from kireji.errors import PlatformError
from kireji.sandbox.cells import CellRunner
from kireji.sandbox.channel import Channel
from kireji.sandbox.guest.protocol import CHANNELS
from kireji.sandbox.limits import DEFAULT, Limits
from kireji.sandbox.open_backend import open_backend
from kireji.sandbox.provisioner import OneBackend, SandboxProvisioner
from kireji.sandbox.watchdog import Monitor

# messages of the kernel that may wait to be read, each of at most `limits.message_bytes`
WAITING = 20
DEATH_SECONDS = 30.0  # for everything inside to be gone
CLOSED = (
    "contact was lost: it closed its connection to the grader, or showed more than {} MiB at once"
)

T = TypeVar("T")


class Sandbox:
    """Use as a context: inside it the kernel runs, and when it ends all traces are gone.

    files: what the submission brings, by name. trusted: run without a wall if there is none.
    """

    def __init__(
        self, files: Mapping[str, bytes], limits: Limits = DEFAULT, trusted: bool = False
    ) -> None:
        self.limits = limits
        self.backend = open_backend(files, limits, trusted)
        self.channel: Channel | None = None
        self.reason: str | None = None  # why we ended it, before its time
        self.watchdog: Monitor | None = None
        self.own_stopped: list[int] = []  # cells of the student's own that `run` stopped
        # nbclient is asynchronous and the hidden tests are not: the kernel's conversation gets a
        # thread of its own.
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
        if self.watchdog:
            self.watchdog.stop()
        self.wait(self.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        self.backend.close()

    def run(
        self, notebook: NotebookNode, upto: int, without: frozenset[int] = frozenset()
    ) -> int | None:
        """Run the notebook's cells before number `upto`, but for those in `without`, and put their
        outputs into it.

        Returns the number of the cell in which the time ran out, if it did. CellsLostError if a
        cell took the kernel with it."""
        runner = CellRunner(notebook, self)
        stopped = self.wait(runner.run(upto, without))
        self.own_stopped = runner.own_stopped
        return stopped

    def processor_seconds(self) -> float:
        """What was computed so far, as the watchdog saw it."""
        return self.watchdog.peak.processor_seconds if self.watchdog else 0.0

    def connect(self) -> Channel:
        """The channel to the notebook's variables, lost already if they cannot be reached.

        From now on the kernel runs no more cells.
        """
        code = f"__import__('agent').start({self.backend.agent_number})"
        self.loop.call_soon_threadsafe(
            lambda: self.client.execute(code, silent=True, store_history=False)
        )
        self.channel = Channel(
            self.backend.agent, self.limits.call_seconds, self.limits.tests_seconds, self.why_ended
        )
        self.channel.greet(self.limits.agent_seconds)
        return self.channel

    def remarks(self) -> list[str]:
        """What a student should know of the run in addition to its results."""
        if self.watchdog:
            self.watchdog.look()
        sizes = self.backend.scratch
        return [
            f"The disk was full: the folder {folder} has room for {sizes[folder] // 2**20} MiB."
            for folder in sorted(self.watchdog.full if self.watchdog else ())
        ]

    def end(self, reason: str) -> None:
        """End everything inside at once. The first reason is the one that counts."""
        self.reason = self.reason or reason
        self.backend.ended_by_grader = True
        for process in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def family(self) -> list[psutil.Process]:
        """The processes of this sandbox, the one that we started first."""
        pid = getattr(getattr(self, "manager", None) and self.manager.provisioner, "pid", None)
        if pid is None:  # never started; to psutil, no number is this very process
            return []
        try:
            root = psutil.Process(pid)
            return [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def why_ended(self) -> str | None:
        """Why the kernel is gone, for a student; None while it is there."""
        process = getattr(self.manager.provisioner, "process", None)
        if self.reason or process is None:
            return self.reason
        try:
            status = process.wait(2)  # the connection breaks a moment before the process is gone
        except Exception:
            return None
        return how_it_ended(status)

    def check_backend(self) -> None:
        """PlatformError if the backend itself has failed. For when the kernel is gone: what a
        submission does to itself is its own, and what happens to its backend is not."""
        if failure := self.backend.failure():
            raise PlatformError(failure)

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    async def start(self) -> None:
        ports = {f"{channel}_port": port for port, channel in enumerate(CHANNELS, 1)}
        self.context = zmq.asyncio.Context()
        self.context.setsockopt(zmq.MAXMSGSIZE, self.limits.message_bytes)
        self.context.setsockopt(zmq.RCVHWM, WAITING)
        self.manager = AsyncKernelManager(
            kernel_name="python3",
            transport="ipc",
            ip=self.backend.ip,
            connection_file=str(self.backend.shared / "kernel.json"),
            kernel_spec_manager=OneBackend(backend=self.backend),
            context=self.context,
            **ports,
        )
        await self.manager.start_kernel()
        kernel = self.manager.provisioner
        assert isinstance(kernel, SandboxProvisioner) and kernel.pid is not None
        self.watchdog = self.backend.watch(kernel.pid, self.end)
        self.client = self.manager.client(context=self.context)
        # No prompt of a submission reaches the terminal of the one who grades it.
        self.client.allow_stdin = False
        self.client.start_channels()
        try:
            await asyncio.wait_for(self.ready(), self.limits.start_seconds)
        except (RuntimeError, TimeoutError) as error:
            raise PlatformError(
                f"its sandbox did not start within {self.limits.start_seconds:.0f} seconds "
                f"({error or 'no answer'}); this machine may be very busy, or out of memory"
            ) from None
        self.monitor = asyncio.ensure_future(self.watch_connection())

    async def ready(self) -> None:
        """Wait until the kernel answers and its outputs reach us. RuntimeError if it ends before.

        jupyter_client's own way waits for pauses of 0.2 seconds; the messages used here arrive on
        both channels when it is ready.
        """
        while True:
            asked = self.client.kernel_info()
            if await self.heard(asked, self.client.shell_channel) and await self.heard(
                asked, self.client.iopub_channel
            ):
                return
            if not await self.manager.is_alive():
                raise RuntimeError(f"it ended: {self.why_ended()}")

    async def heard(self, asked: str, channel: Any) -> bool:
        """Whether an answer to `asked` comes on this channel, within a second for the answer and
        the end of what belongs to it."""
        try:
            while True:
                message = await channel.get_msg(timeout=1)
                if message["parent_header"].get("msg_id") == asked and (
                    message["msg_type"] == "kernel_info_reply"
                    or message["content"].get("execution_state") == "idle"
                ):
                    return True
        except Empty:
            return False

    async def watch_connection(self) -> None:
        """End the sandbox if the kernel breaks a connection while it lives: its messages would be
        waited for in vain."""
        monitors = [
            channel.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
            for channel in (self.client.iopub_channel, self.client.shell_channel)
        ]
        waiting = [asyncio.ensure_future(monitor.recv_multipart()) for monitor in monitors]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(1)  # it may be dying
            if await self.manager.is_alive():
                self.end(CLOSED.format(self.limits.message_bytes // 2**20))
        finally:
            for task in waiting:
                task.cancel()

    async def stop(self) -> None:
        if hasattr(self, "monitor"):
            self.monitor.cancel()
        family = self.family()
        process = (
            getattr(self.manager.provisioner, "process", None) if hasattr(self, "manager") else None
        )
        if process:
            process.kill()
            await asyncio.to_thread(process.wait)
        if hasattr(self, "client"):
            self.client.stop_channels()
        # not its shutdown_kernel: that asks the dead to interrupt themselves, for 0.1 s
        if hasattr(self, "manager"):
            await self.manager.cleanup_resources()
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        deadline = self.loop.time() + DEATH_SECONDS
        while any(map(_runs, family)) and self.loop.time() < deadline:
            await asyncio.sleep(0.01)
        if hasattr(self, "context"):
            self.context.destroy(linger=0)


def _runs(process: psutil.Process) -> bool:
    """Whether it can still do anything: the dead may wait a while for somebody to ask how they
    died."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def how_it_ended(status: int) -> str:
    """The reason a student reads, from the exit status of the kernel as a shell would tell it."""
    number = status - 128 if status > 128 else -status
    if number in (signal.SIGXCPU,):
        return "it ran out of time: one process used up all the computing that a submission has"
    if number > 0:
        name = signal.Signals(number).name if number in set(signal.Signals) else str(number)
        return f"it ended the Python process it was running in (by the signal {name})"
    return f"it ended the Python process it was running in (exit status {status})"
