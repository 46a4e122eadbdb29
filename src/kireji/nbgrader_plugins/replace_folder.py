"""Puts a collected submission in the place of an earlier one: whole or not at all, whenever it is
killed."""

import shutil
from pathlib import Path
from typing import Protocol


class Fills(Protocol):
    """What can be copied into a new folder."""

    def fill(self, draft: Path, assignment: str) -> object: ...


def put(what: Fills, target: Path) -> None:
    """Have `target` (.../STUDENT/ASSIGNMENT) hold this one and no other; it appears whole or not at
    all."""
    draft, old = _beside(target)
    what.fill(draft, target.name)
    if target.exists():
        target.rename(old)
    draft.rename(target)


def settle(target: Path) -> None:
    """Bring back what a collection that was killed had moved away, and remove what it had begun."""
    draft, old = _beside(target)
    if old.exists() and not target.exists():
        old.rename(target)
    for folder in (draft, old):
        shutil.rmtree(folder, ignore_errors=True)


def _beside(target: Path) -> list[Path]:
    return [target.with_name(f".{target.name}.{suffix}") for suffix in ("collecting", "old")]
