"""Takes in a submission folder: by an allow-list of names and sizes, following nothing, trusting nothing.

What is not on the list is left out with a sentence; it is never opened, imported or followed.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kireji.sandbox import DEFAULT, Limits

OURS = {"timestamp.txt", "submission_secret.txt"}     # nbgrader's, read by nbgrader alone
UNREMARKABLE = {".ipynb_checkpoints", "__pycache__", ".DS_Store"}
MOST_ENTRIES = 200                          # of a folder; a longer one is looked through no further
MOST_NOTICES = 10


@dataclass(frozen=True)
class Submission:
    """What of a submission is graded. `notebook` is the file's bytes, None if there is none."""

    notebook: bytes | None
    files: dict[str, bytes] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    def digest(self) -> str:
        """The same for the same content, whatever its names' order or the files' dates."""
        total = hashlib.sha256(hashlib.sha256(self.notebook or b"").digest())
        for name in sorted(self.files):
            total.update(name.encode() + b"\0" + hashlib.sha256(self.files[name]).digest())
        return total.hexdigest()


def read_submission(folder: Path, assignment: str, limits: Limits = DEFAULT) -> Submission:
    """The notebook `assignment`.ipynb and the checkpoints (*.safetensors) of `folder`; the rest is noted."""
    notebook, files, notices = None, {}, []
    for name in _entries(folder, notices):
        wanted = name == f"{assignment}.ipynb" or name.endswith(".safetensors")
        if name in OURS | UNREMARKABLE:
            continue
        if not wanted:
            notices.append(f"{_show(name)} was left out: only {assignment}.ipynb and *.safetensors files are taken.")
        elif not _plain(name):
            notices.append(f"{_show(name)} was left out: use letters, digits, '.', '_' and '-' in the names of files.")
        elif (content := _read(folder / name, limits.submission_bytes, notices)) is None:
            continue
        elif name.endswith(".ipynb"):
            notebook = content
        else:
            files[name] = content
    if len(notices) > MOST_NOTICES:
        notices[MOST_NOTICES:] = [f"{len(notices) - MOST_NOTICES} more files were left out."]
    return Submission(notebook, files, tuple(notices))


def refused(folder: Path, assignment: str) -> list[Path]:
    """The entries of a submission folder that must not be copied or followed by anybody."""
    if not folder.is_dir():
        return []
    return [Path(entry.path) for entry in os.scandir(folder)
            if not entry.is_file(follow_symlinks=False) or not (
                entry.name in OURS or (_plain(entry.name) and entry.name.endswith((".ipynb", ".safetensors"))))]


def _entries(folder: Path, notices: list[str]) -> Iterator[str]:
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        names = sorted(entry.name for _, entry in zip(range(MOST_ENTRIES), entries, strict=False))
    if len(names) == MOST_ENTRIES:
        notices.append(f"The submission has {MOST_ENTRIES} or more entries; no more than that were looked at.")
    yield from names


def _read(path: Path, limit: int, notices: list[str]) -> bytes | None:
    """The bytes of a regular file with one name; None, with a notice, for anything else or more than `limit` bytes."""
    try:
        # Opened without following a link and without waiting for a FIFO; looked at only after it is ours.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        notices.append(f"{_show(path.name)} was left out: it is a link or cannot be read.")
        return None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            notices.append(f"{_show(path.name)} was left out: it is not a plain file of its own.")
            return None
        with open(handle, "rb", closefd=False) as file:
            content = file.read(limit + 1)
    finally:
        os.close(handle)
    if len(content) > limit:
        notices.append(f"{_show(path.name)} was left out: it is larger than {limit // 2**20} MiB.")
        return None
    return content


def _plain(name: str) -> bool:
    return len(name) <= 100 and not name.startswith((".", "-")) and all(
        c.isascii() and (c.isalnum() or c in "._- ") for c in name)


def _show(name: str) -> str:
    """A file's name as it can be printed anywhere."""
    return ascii(name)[:100]
