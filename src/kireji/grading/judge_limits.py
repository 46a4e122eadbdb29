"""Limits of the process that judges: what a submission sends must not fill its memory or its time.

The sandbox's own limits hold inside it. What comes out is read by the judge, which counts its own
memory and computing meanwhile; at a breach the submission ends with a reason, and what was found
before keeps its score.

Behind that counting are the system's own limits, in a process that judges one submission only: if
the counting comes too late, the process ends, the submission is not judged, and the instructor is
told.
"""

import ctypes
import resource
import threading
import time
from collections.abc import Callable

from kireji.sandbox.channel import SandboxLostError
from kireji.sandbox.limits import MIB, Limits

LOOK_SECONDS = 0.05
SYSTEM_FACTOR = 2  # the system's own limits, in terms of those that are counted
STATUS = "/proc/self/status"
MEMORY = (
    "it sent the grader more than it can hold: a submission can fill {:,} MiB of the grader's"
    " memory"
)
COMPUTING = "judging it took more than {:.0f} seconds of the grader's computing"


class JudgeLimits(threading.Thread):
    """A context around one run of a submission. At a breach it calls `end` with the reason, and,
    once `interrupt` was called, raises SandboxLostError in that thread."""

    def __init__(self, limits: Limits, end: Callable[[str], None]) -> None:
        super().__init__(name="judge limits", daemon=True)
        self.limits, self.end = limits, end
        self.own, self.began = own_memory(), time.process_time()
        self.stopped, self.lock = threading.Event(), threading.Lock()
        self.thread: int | None = None

    def __enter__(self) -> "JudgeLimits":
        if _judges_one:
            limit_process(self.limits)
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.calm()
        self.stopped.set()
        self.join()

    def run(self) -> None:
        while not self.stopped.wait(LOOK_SECONDS):
            if reason := self.look():
                self.end(reason)
                self._raise(reason)
                return

    def look(self) -> str | None:
        """The reason why this run must end, if there is one."""
        if own_memory() - self.own > self.limits.judge_memory:
            return MEMORY.format(self.limits.judge_memory // MIB)
        if time.process_time() - self.began > self.limits.judge_processor_seconds:
            return COMPUTING.format(self.limits.judge_processor_seconds)
        return None

    def interrupt(self) -> None:
        """From now on a breach interrupts what this thread computes."""
        self.thread = threading.get_ident()

    def calm(self) -> None:
        """Interrupt nothing any more."""
        with self.lock:
            if self.thread is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread), None)
            self.thread = None

    def _raise(self, reason: str) -> None:
        class LimitReached(SandboxLostError):
            def __init__(self) -> None:
                super().__init__(reason)

        with self.lock:
            if self.thread is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self.thread), ctypes.py_object(LimitReached)
                )


_judges_one = False


def judge_one_only() -> None:
    """This process judges one submission and ends, so the system may limit it."""
    global _judges_one
    _judges_one = True


def limit_process(limits: Limits) -> None:
    """Have the system refuse memory and computing beyond `limits`, counted from now."""
    data = _status("VmData")
    if data:
        _set_limit(resource.RLIMIT_DATA, data + SYSTEM_FACTOR * limits.judge_memory)
    seconds = time.process_time() + SYSTEM_FACTOR * limits.judge_processor_seconds
    _set_limit(resource.RLIMIT_CPU, int(seconds) + 1)


def _set_limit(what: int, value: int) -> None:
    most = resource.getrlimit(what)[1]
    resource.setrlimit(what, (value if most == resource.RLIM_INFINITY else min(value, most), most))


def own_memory() -> int:
    """The bytes of memory that this process has for itself, without the files that it maps; 0 where
    this machine does not say."""
    return _status("RssAnon")


def _status(name: str) -> int:
    try:
        with open(STATUS) as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))
    except (OSError, StopIteration):
        return 0
