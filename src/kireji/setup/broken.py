"""Find distributions that a killed installer left half installed: to pip and uv they look
complete."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path


def forget_broken(venv: Path) -> list[str]:
    """Remove the metadata of each distribution with missing or short files, so that it is installed
    again.

    Returns their names, such as "torch-2.13.0"."""
    broken = [
        info
        for folder in venv.glob("lib/python*/site-packages")
        for info in sorted(folder.glob("*.dist-info"))
        if not _is_whole(info)
    ]
    for info in broken:
        shutil.rmtree(info)
    return [info.stem for info in broken]


def _is_whole(info: Path) -> bool:
    try:
        return all(_is_there(info.parent / name, size) for name, size in _recorded(info / "RECORD"))
    except FileNotFoundError:
        return False


def _recorded(record: Path) -> Iterator[tuple[str, str]]:
    with record.open(newline="", encoding="utf-8") as lines:
        for name, _, size in csv.reader(lines):
            if not name.endswith(".pyc"):  # made and removed by Python as it pleases
                yield name, size


def _is_there(path: Path, size: str) -> bool:
    try:
        return not size or path.stat().st_size == int(size)
    except FileNotFoundError:
        return False
