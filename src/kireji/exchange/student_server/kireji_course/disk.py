"""How much of the disk the student uses, counted as the hub counts it before it ends a server."""

import os
import time
from pathlib import Path
from typing import Any

from .places import Places

FRESH_SECONDS = 60
MAX_LARGEST = 5  # folders and files that are named


class DiskUse:
    """Counted at most once a minute. `limit`: what the hub allows, in bytes; 0 where it says
    nothing."""

    def __init__(self, places: Places, limit: int) -> None:
        self.places, self.limit = places, limit
        self._counted: dict[str, Any] | None = None
        self._at = 0.0

    @classmethod
    def from_environment(cls, places: Places) -> "DiskUse":
        said = os.environ.get("KIREJI_DISK_BYTES", "")
        return cls(places, int(said) if said.isdigit() else 0)

    def count(self) -> dict[str, Any] | None:
        """What is used and what takes the most; None without a limit."""
        if not self.limit:
            return None
        if self._counted is None or time.monotonic() - self._at > FRESH_SECONDS:
            self._counted, self._at = self._count(), time.monotonic()
        return self._counted

    def _count(self) -> dict[str, Any]:
        sizes: dict[str, int] = {}
        try:
            entries = list(os.scandir(self.places.home))
        except OSError:
            entries = []
        for entry in entries:
            if not os.path.ismount(entry.path):  # the lessons and the text are not the student's
                sizes[entry.name] = size_of(Path(entry.path))
        handed_in = size_of(self.places.inbound)
        largest = sorted(sizes.items(), key=lambda item: -item[1])[:MAX_LARGEST]
        named = [{"name": name, "size": size} for name, size in largest if size]
        if handed_in:
            named.append({"name": "what you handed in", "size": handed_in})
        return {"used": sum(sizes.values()) + handed_in, "limit": self.limit, "largest": named}


def size_of(path: Path) -> int:
    """The bytes on the disk of a file, or of all files in a folder. Nothing is followed, and what
    is mounted from elsewhere is not counted."""
    if path.is_symlink() or not path.is_dir():
        return _bytes(path)
    total = 0
    for place, folders, files in os.walk(path):
        folders[:] = [name for name in folders if not os.path.ismount(os.path.join(place, name))]
        total += sum(_bytes(os.path.join(place, name)) for name in files)
    return total


def _bytes(path: str | Path) -> int:
    try:
        return os.lstat(path).st_blocks * 512
    except OSError:  # gone in the meantime
        return 0
