"""When a submission came: the file system's change time, which no program can set back.

A restored backup has other change times. So the backup says when each submission came, and this is
believed for as long as the folder's change time is the one that restoring gave it: a later change
in the folder changes it.
"""

import json
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kireji.course.layout import COURSE_ID, Course
from kireji.exchange.student_server.kireji_handing_in import FILES
from kireji.files.atomic import write_whole
from kireji.files.untrusted import UntrustedFolder

MAX_FILES = FILES + 2  # of one submission, looked at: nbgrader's submit adds two of its own

# STUDENT/FOLDER -> (change time after restoring, when it came), seconds since 1970
Times = dict[str, tuple[float, float]]


def restored_times(course: Course) -> Times:
    """What the last restore recorded; nothing where there was none."""
    try:
        return {
            name: tuple(pair)
            for name, pair in json.loads(course.restored_times.read_text()).items()
        }
    except FileNotFoundError:
        return {}


def came(folder: UntrustedFolder, path: Path, restored: Times) -> float:
    """When the submission in `folder`, opened from `path`, was last changed by anybody but a
    restore; seconds since 1970."""
    changed = folder.change_time(MAX_FILES)
    recorded = restored.get(f"{path.parent.name}/{path.name}")
    return recorded[1] if recorded and recorded[0] == changed else changed


def all_times(course: Course) -> dict[str, float]:
    """STUDENT/FOLDER -> when it came, of everything handed in; for a backup."""
    restored, found = restored_times(course), {}
    for path in _folders(_inbound(course)):
        with suppress(OSError), UntrustedFolder(path) as folder:  # its student may be removing it
            found[f"{path.parent.name}/{path.name}"] = came(folder, path, restored)
    return found


def record(course: Course, times: dict[str, float]) -> None:
    """After a restore: what was handed in, as it is now, came at `times`."""
    restored: Times = {}
    for path in _folders(_inbound(course)):
        name = f"{path.parent.name}/{path.name}"
        if name in times:
            with suppress(OSError), UntrustedFolder(path) as folder:
                restored[name] = folder.change_time(MAX_FILES), times[name]
    write_whole(course.restored_times, json.dumps(restored), mode=0o600)


def _inbound(course: Course) -> Path:
    return course.exchange / COURSE_ID / "inbound"


def _folders(inbound: Path) -> Iterator[Path]:
    """Every student's submissions; what is no folder, cannot be read, or goes away meanwhile, is
    passed over."""
    for home in sorted(inbound.iterdir()) if inbound.is_dir() else ():
        found: list[Path] = []
        with suppress(OSError):
            if home.is_dir() and not home.is_symlink():
                found = [path for path in sorted(home.iterdir()) if is_folder(path)]
        yield from found


def is_folder(path: Path) -> bool:
    """A folder, and no link to one. False as well for a name that the system refuses."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False
