"""Watches what a submission uses, all its processes together, and ends it with a reason when a
budget is used up.

The kernel's own limits (`guest/start.py`) hold for one process each; these hold for the
submission.
"""

import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from typing import Protocol

import psutil

from kireji.sandbox.limits import MIB, Limits

INTERVAL = 0.25  # seconds between two looks; a process can take about half a GiB in that time


@dataclass
class Usage:
    """What a submission uses, or the most it has used."""

    processor_seconds: float = 0.0
    memory: int = 0  # bytes, the scratch folders included
    processes: int = 0  # and threads
    scratch_bytes: int = 0
    scratch_files: int = 0
    address_space: int = 0  # bytes, of the largest process
    open_files: int = 0  # of the process that has the most

    def most(self, other: "Usage") -> "Usage":
        """The larger of each."""
        return Usage(*map(max, astuple(self), astuple(other)))


class Monitor(Protocol):
    """Follows what a running submission uses: a watchdog on this side, or the reports of one that
    runs in a container."""

    peak: Usage  # the most that was seen
    full: set[str]  # scratch folders that are full

    def look(self) -> object:
        """Take stock now."""

    def stop(self) -> None:
        """End the monitoring; `peak` and `full` stay."""


class Watchdog(threading.Thread):
    """Looks at the tree of processes under `pid` until it is stopped or calls `end` with the
    reason.

    scratch: the folders in memory, as the processes see them. `whose` is what the reasons call it.
    `first`: which process of the tree is the first one inside, counted from 0. `peak` is the most
    that was seen.
    """

    def __init__(
        self,
        pid: int,
        limits: Limits,
        scratch: Iterable[str],
        end: Callable[[str], None],
        whose: str = "a submission",
        interval: float = INTERVAL,
        first: int = 1,
    ) -> None:
        super().__init__(name="watchdog", daemon=True)
        self.root, self.limits, self.scratch, self.end = (
            psutil.Process(pid),
            limits,
            tuple(scratch),
            end,
        )
        self.whose, self.interval, self.first = whose, interval, first
        self.stopped = threading.Event()
        self.peak = Usage()
        self.full: set[str] = set()
        self.before = 0.0  # seconds of computing that are not the submission's

    def run(self) -> None:
        while not self.stopped.wait(self.interval):
            if reason := self.look():
                self.end(reason)
                return

    def stop(self) -> None:
        self.stopped.set()
        self.join()

    def look(self) -> str | None:
        """Take stock once; the reason why it must end, if there is one."""
        family = self.family()
        if not family:
            return None
        usage = Usage(processor_seconds=-self.before)
        self._look_at_scratch(usage, family)
        for process in family:
            self.add(usage, process)
        resident = usage.memory
        # counted twice what processes share, so count again, with more care
        if resident > self.limits.memory:
            usage.memory = self.counted_with_care(usage, family)
        self.peak = self.peak.most(usage)
        return self._reason(usage)

    def family(self) -> list[psutil.Process]:
        """All processes of the submission, and the one that we started; none if that is gone."""
        try:
            return [self.root, *self.root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def add(self, usage: Usage, process: psutil.Process) -> None:
        """Add to `usage` what a process uses."""
        try:
            with process.oneshot():
                times = process.cpu_times()
                usage.processor_seconds += (
                    times.user + times.system + times.children_user + times.children_system
                )
                usage.processes += process.num_threads()
                memory = process.memory_info()
                usage.memory += memory.rss
                usage.address_space = max(usage.address_space, memory.vms)
                usage.open_files = max(usage.open_files, process.num_fds())
        except psutil.Error:  # gone in the meantime
            pass

    def _look_at_scratch(self, usage: Usage, family: list[psutil.Process]) -> None:
        for folder in self.scratch if len(family) > 1 else ():
            try:
                state = os.statvfs(self.seen_from_here(folder, family))
            except OSError:
                continue
            used = (state.f_blocks - state.f_bfree) * state.f_frsize
            usage.scratch_bytes += used
            usage.scratch_files += state.f_files - state.f_ffree
            if state.f_blocks and state.f_bfree * state.f_frsize < MIB:
                self.full.add(folder)
        usage.memory += usage.scratch_bytes

    def counted_with_care(self, usage: Usage, family: list[psutil.Process]) -> int:
        """The memory of all in bytes, with what they share counted once; takes longer."""
        return usage.scratch_bytes + sum(map(_own_share, family))

    def seen_from_here(self, folder: str, family: list[psutil.Process]) -> str:
        """The path of a folder of theirs. Their first process is the wall's own: where this leads
        is not the submission's to change."""
        return f"/proc/{family[self.first].pid}/root{folder}"

    def _reason(self, usage: Usage) -> str | None:
        limits = self.limits
        if usage.memory > limits.memory:
            return (
                f"it ran out of memory: {self.whose} has {limits.memory / 2**30:.1f} GiB for all"
                " its processes and the files in its scratch folders"
            )
        if usage.processes >= limits.processes:
            return (
                f"it started too many processes: {self.whose} has {limits.processes} processes and"
                " threads"
            )
        if usage.scratch_files > limits.scratch_files:
            return f"it filled the disk: {self.whose} has room for {limits.scratch_files:,} files"
        if usage.processor_seconds > limits.processor_seconds:
            return (
                f"it ran out of time: {self.whose} has {limits.processor_seconds:.0f} seconds of"
                " computing for all its processes"
            )
        return None


def _own_share(process: psutil.Process) -> int:
    """The memory of a process in bytes, what it shares with others in parts; or whole, where that
    may not be looked at."""
    try:
        return process.memory_full_info().pss
    except psutil.AccessDenied:
        return process.memory_info().rss
    except psutil.Error:
        return 0
