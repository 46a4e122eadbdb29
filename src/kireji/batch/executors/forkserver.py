"""Judges in processes that a warmed one forks: each submission in a fresh process, and none of them
imports anything again.

The warmed process has imported torch, pytest and all hidden tests, and read the held-out data; it
judges nothing itself, so that every submission begins from the same state, whatever was judged
before it and however many are judged at a time.
"""

import collections
import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess

from kireji.grading.judge_limits import judge_one_only
from kireji.sandbox import open_backend
from kireji.sandbox.backends import bubblewrap

PRELOADED = "kireji.batch.executors.preload"  # imported once, by the process that forks


class JudgeKilledError(BrokenExecutor):
    """The process that should have given an answer is gone without one."""


class ForkserverExecutor(Executor):
    """Carries out `count` calls at a time, each in a process of its own. Calls and answers are
    pickled, and only ours.

    starting: told the number of a call (0 for the first submitted) when its turn comes.
    """

    def __init__(self, count: int, starting: Callable[[int], None] = lambda number: None) -> None:
        self.count, self.starting = count, starting
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload([PRELOADED])
        with _one_thread():
            forkserver.ensure_running()  # it warms itself while the sandboxes' zygote does
        self.lock = threading.Lock()
        self.waiting: collections.deque[tuple[int, Future, tuple]] = collections.deque()
        self.running: dict[Connection, tuple[Future, ForkServerProcess]] = {}
        self.submitted, self.closing, self.cancelled = 0, False, False
        self.bell, self.ear = self.context.Pipe()
        self.thread = threading.Thread(target=self._manage, name="forks", daemon=True)
        self.thread.start()

    def submit(self, call: Callable, /, *arguments: object, **named: object) -> Future:
        future: Future = Future()
        with self.lock:
            if self.closing:
                raise RuntimeError("nothing can be submitted any more")
            self.waiting.append((self.submitted, future, (call, arguments, named)))
            self.submitted += 1
        self.bell.send_bytes(b".")
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """With `cancel_futures` also those that are running are ended."""
        with self.lock:
            already, self.closing, self.cancelled = (
                self.closing,
                True,
                self.cancelled or cancel_futures,
            )
        if not already or cancel_futures:
            self.bell.send_bytes(b".")
        if wait or cancel_futures:
            self.thread.join()

    def _manage(self) -> None:
        """Start, listen and bury, until all is done."""
        address = open_backend.zygote_address()  # started by this process, for all
        while True:
            with self.lock:
                if self.cancelled:
                    break
                while self.waiting and len(self.running) < self.count:
                    self._start(*self.waiting.popleft(), address)
                if self.closing and not self.running and not self.waiting:
                    break
            for ready in wait([self.ear, *self.running]):
                if ready is self.ear:
                    self.ear.recv_bytes()
                elif isinstance(ready, Connection):
                    self._finish(ready)
        for future, process in self.running.values():
            process.kill()
            process.join()
            future.set_exception(JudgeKilledError("it was stopped"))
        for _, future, _ in self.waiting:
            future.cancel()

    def _start(self, number: int, future: Future, work: tuple, address: str | None) -> None:
        if not future.set_running_or_notify_cancel():
            return
        self.starting(number)
        ours, theirs = self.context.Pipe(duplex=False)
        process = self.context.Process(
            target=_carry_out, args=(theirs, address, *work), daemon=True
        )
        try:
            process.start()
        except (OSError, EOFError) as error:
            future.set_exception(error)
            return
        finally:
            theirs.close()
        self.running[ours] = future, process

    def _finish(self, connection: Connection) -> None:
        future, process = self.running.pop(connection)
        try:
            answer, error = connection.recv()
        except (EOFError, OSError):
            answer, error = None, JudgeKilledError("it was killed")
        connection.close()
        process.join()
        process.close()
        if error is None:
            future.set_result(answer)
        else:
            future.set_exception(error)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Libraries that are loaded by what is started here make no threads: those would not be there
    after a fork."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def _carry_out(
    connection: Connection, address: str | None, call: Callable, arguments: tuple, named: dict
) -> None:
    """What the forked process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is interrupted ends this one
    bubblewrap.adopt(address)
    judge_one_only()
    try:
        connection.send((call(*arguments, **named), None))
    except Exception as error:
        connection.send((None, error))
