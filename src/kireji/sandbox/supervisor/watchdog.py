"""Adds up what a submission uses in its container, and ends it where that is too much."""

import contextlib
from pathlib import Path
from typing import Any

import psutil

from kireji.sandbox.guest.protocol import SCRATCH_SHARES
from kireji.sandbox.limits import Limits
from kireji.sandbox.watchdog import Usage, Watchdog

MEMORY = {
    "/sys/fs/cgroup/memory.stat": ("anon", "shmem"),
    "/sys/fs/cgroup/memory/memory.stat": ("rss", "shmem"),
}


class ContainerWatchdog(Watchdog):
    """Counts every process of the container that is not root's, whatever its parent is, and not
    what was used before."""

    def __init__(self, limits: Limits, end: Any, charged_before: int) -> None:
        super().__init__(1, limits, tuple(SCRATCH_SHARES), end)
        self.charged_before = charged_before
        before = Usage()
        for process in self.family():
            self.add(before, process)
        self.before = before.processor_seconds

    def family(self) -> list[psutil.Process]:
        return [process for process in super().family() if process == self.root or _uid(process)]

    def counted_with_care(self, usage: Usage, family: list[psutil.Process]) -> int:
        """What Linux charges the container for and did not before: how much of a process is shared
        may not be seen from here."""
        now = charged()
        return (
            super().counted_with_care(usage, family)
            if now is None
            else max(now - self.charged_before, usage.scratch_bytes)
        )

    def seen_from_here(self, folder: str, family: list[psutil.Process]) -> str:
        return folder


def charged() -> int | None:
    """Bytes of memory that Linux counts for this container, files in memory included; None where
    that is not to be read."""
    for path, names in MEMORY.items():
        with contextlib.suppress(OSError, KeyError):
            counted = dict(line.split() for line in Path(path).read_text().splitlines())
            return sum(int(counted[name]) for name in names)
    return None


def _uid(process: psutil.Process) -> int:
    """The uid of a process; root's if it is gone."""
    try:
        return process.uids().real
    except psutil.NoSuchProcess:
        return 0
