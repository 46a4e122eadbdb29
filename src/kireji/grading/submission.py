"""Takes in a submission folder: by an allow-list of names and sizes, following nothing, trusting
nothing.

What is not on the list is left out with a sentence; it is never opened, imported or followed.
"""

import hashlib
import os
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from kireji.course.assignment_file import NEVER
from kireji.files.untrusted import UntrustedFileError, UntrustedFolder, is_of_the_machine
from kireji.sandbox.limits import DEFAULT, Limits

OURS = {"timestamp.txt", "submission_secret.txt"}  # nbgrader's, read by nbgrader alone
# the last: what was fetched there, on earlier attempts
UNREMARKABLE = {".ipynb_checkpoints", "__pycache__", ".DS_Store", "feedback"}
EARLIER = ".earlier.safetensors"  # models that the lab keeps for the student and not to be graded
MAX_ENTRIES = 200  # of a folder; a longer one is looked through no further
MAX_NOTICES = 10
COPY = " If the notebook imports it, copy its code into a cell."


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


def read_submission(
    folder: Path, assignment: str, accepted: tuple[str, ...], limits: Limits = DEFAULT
) -> Submission:
    """The notebook `assignment`.ipynb of `folder`, and the files whose names match one of the
    patterns `accepted`, those of assignment.toml; the rest is noted."""
    notebook, files, notices = None, {}, []
    try:
        opened = UntrustedFolder(folder)
    except OSError as error:
        if is_of_the_machine(error):
            raise
        return Submission(None)
    with opened as plain:
        names = plain.names(MAX_ENTRIES)
        if len(names) == MAX_ENTRIES:
            notices.append(
                f"The submission has {MAX_ENTRIES} or more entries; no more than that were"
                " looked at."
            )
        for name in names:
            if name in OURS | UNREMARKABLE or name.endswith(EARLIER):
                continue
            try:
                _check_name(name, assignment, accepted)
                content = plain.read(name, limits.submission_bytes)
            except UntrustedFileError as reason:
                copy = COPY if name.endswith(".py") else ""
                notices.append(f"{ascii(name)[:100]} was left out: {reason}.{copy}")
                continue
            if name.endswith(".ipynb"):
                notebook = content
            else:
                files[name] = content
    if len(notices) > MAX_NOTICES:
        notices[MAX_NOTICES:] = [f"{len(notices) - MAX_NOTICES} more files were left out."]
    return Submission(notebook, files, tuple(notices))


def refused(folder: Path, accepted: tuple[str, ...]) -> list[Path]:
    """The entries of a submission folder that must not be copied or followed by anybody."""
    if not folder.is_dir():
        return []
    return [
        Path(entry.path)
        for entry in os.scandir(folder)
        if not entry.is_file(follow_symlinks=False)
        or not (
            entry.name in OURS
            or _plain(entry.name)
            and (entry.name.endswith(".ipynb") or _is_accepted(entry.name, accepted))
        )
    ]


def _check_name(name: str, assignment: str, accepted: tuple[str, ...]) -> None:
    if name != f"{assignment}.ipynb" and not _is_accepted(name, accepted):
        taken = " and ".join([f"{assignment}.ipynb", *accepted])
        raise UntrustedFileError(
            f"only {taken} files are taken" if accepted else f"only {taken} is taken"
        )
    if not _plain(name):
        raise UntrustedFileError("use letters, digits, '.', '_' and '-' in the names of files")


def _is_accepted(name: str, patterns: tuple[str, ...]) -> bool:
    return not NEVER.fullmatch(name) and any(fnmatchcase(name, pattern) for pattern in patterns)


def _plain(name: str) -> bool:
    return (
        len(name) <= 100
        and not name.startswith((".", "-"))
        and all(c.isascii() and (c.isalnum() or c in "._- ") for c in name)
    )
