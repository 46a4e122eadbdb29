"""How much one person's server may use. Changed in hub_config/jupyterhub_config.py;
docs/explanation/security.md has the measurements."""

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kireji.sandbox.limits import MIB, Limits

LIMITS = Limits(
    memory=4096 * MIB,  # all of the person's kernels and terminals together, /tmp included
    address_space=8192 * MIB,  # of one process
    processes=512,  # processes and threads together
    open_files=4096,  # of one process
    file_bytes=1024 * MIB,  # one file
    scratch_bytes=2048 * MIB,  # /tmp, in memory
    scratch_files=50_000,  # in /tmp
    # a server is there all day; it yields to the hub instead (`inside.relay`)
    processor_seconds=math.inf,
)
DISK_BYTES = 4096 * MIB  # the home and what was handed in
DISK_FILES = 200_000
ROOM_BYTES, ROOM_FILES = 32 * MIB, 1000


def kernel_limits(limits: Limits) -> dict[str, int]:
    """Those that the kernel holds for each process, by the names of the `resource` module."""
    return {
        "RLIMIT_AS": limits.address_space,
        "RLIMIT_NPROC": limits.processes,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_CORE": 0,
    }


@dataclass(frozen=True)
class Disk:
    """What folders hold, and how much that may be. Looked at from time to time, so more can be
    written for a moment."""

    bytes: int
    files: int

    @classmethod
    def used_by(cls, folders: Iterable[Path]) -> "Disk":
        """What these folders hold now. Nothing is followed."""
        total = count = 0
        for folder in folders:
            for place, names, files in os.walk(folder):
                count += len(names) + len(files)
                for name in files:
                    try:
                        total += os.lstat(os.path.join(place, name)).st_blocks * 512
                    except OSError:  # gone in the meantime
                        continue
        return cls(total, count)

    def or_more(self, other: "Disk") -> "Disk":
        """Room for a little more than `other`, if that is more: who is over a limit must be able to
        come in and tidy up."""
        return Disk(
            max(self.bytes, other.bytes + ROOM_BYTES), max(self.files, other.files + ROOM_FILES)
        )

    def reason(self, allowed: "Disk") -> str | None:
        """Why a server must end when its person uses this much; None if it is `allowed`."""
        if self.bytes > allowed.bytes:
            return (
                f"it filled the disk: your home and your submissions hold {self.bytes / 2**30:.1f}"
                f" GiB, and {allowed.bytes / 2**30:.1f} GiB are allowed. Delete what you do not"
                " need"
            )
        if self.files > allowed.files:
            return (
                f"it filled the disk: your home and your submissions hold {self.files:,} files, and"
                f" {allowed.files:,} are allowed. Delete what you do not need"
            )
        return None
