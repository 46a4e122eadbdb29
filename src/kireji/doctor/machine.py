"""Looks at the machine: Python, processors, memory, disk, clock."""

import contextlib
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from kireji.doctor.finding import Finding, bad, good, odd

OLDEST, NEWEST_TESTED = (3, 11), (3, 13)
SMALL_MEMORY_GIB = 4  # one student's kernel with PyTorch, one sandbox, and the hub
BUILT = 2026  # no clock is right that says an earlier year
NEEDED_DISK_GB, COMFORTABLE_DISK_GB = 2, 10  # the set-up alone takes about 2 GB


def examine(root: Path) -> Iterator[Finding]:
    """Findings on this machine; `root` is the folder whose disk counts."""
    yield _python(sys.version_info[:2])
    yield good("system", f"{platform.system()} {platform.release()}, {platform.machine()}")
    yield _processors(_usable_processors())
    yield _memory(_memory_bytes())
    yield _disk(shutil.disk_usage(root).free)
    yield _clock(Path("/etc/localtime"))


def _python(version: tuple[int, int]) -> Finding:
    said = ".".join(map(str, version))
    if version < OLDEST:
        return bad("Python", f"{said}; Kireji needs 3.11 or newer", "Install a newer Python.")
    if version > NEWEST_TESTED:
        return odd(
            "Python",
            f"{said}; Kireji is tested with 3.11 to 3.13",
            "Install Python 3.13 as well: ./kireji finds it by itself.",
        )
    return good("Python", said)


def _usable_processors() -> int:
    """Those that this process may use, which a container or a batch system may have limited."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processors(count: int) -> Finding:
    if count < 2:
        return odd(
            "processors",
            "1: a submission that is graded slows every page down",
            "Give the machine a second processor if more than one person uses it.",
        )
    return good("processors", str(count))


def _memory_bytes() -> int | None:
    """The machine's memory, or the container's where that is less; None where it is not told."""
    found = []
    with contextlib.suppress(ValueError, OSError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            found.append(int(Path(limit).read_text()))
        except (OSError, ValueError):  # another version of cgroups, or "max"
            continue
    return min(found, default=None)


def _memory(size: int | None) -> Finding:
    if size is None:
        return good("memory", "this system does not tell")
    gib = size / 2**30
    if gib < SMALL_MEMORY_GIB:
        return odd(
            "memory",
            f"{gib:.1f} GiB",
            f"{SMALL_MEMORY_GIB} GiB are the least for a hub with one or two students; plan 200 MB "
            "for each further notebook that uses PyTorch.",
        )
    return good("memory", f"{gib:.1f} GiB")


def _disk(free: int) -> Finding:
    gigabytes = free / 1e9
    if gigabytes < NEEDED_DISK_GB:
        return bad(
            "disk",
            f"{gigabytes:.1f} GB free: students' work soon finds no room",
            "Free some space (docker system df shows what images take).",
        )
    if gigabytes < COMFORTABLE_DISK_GB:
        return odd("disk", f"{gigabytes:.1f} GB free", "Plan 4 GB for each student, or a quota.")
    return good("disk", f"{gigabytes:.0f} GB free")


def _clock(zone_file: Path) -> Finding:
    zone = "/".join(zone_file.resolve().parts[-2:]) if zone_file.exists() else "not set"
    year = time.gmtime().tm_year
    if year < BUILT:
        return bad(
            "clock",
            f"it says {year}: times of handing in and certificates will be wrong",
            "Set the clock, for instance with an NTP service.",
        )
    return good("clock", f"{time.strftime('%Y-%m-%d %H:%M')} {time.strftime('%Z')} ({zone})")
