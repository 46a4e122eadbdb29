"""Keeps refused files out of nbgrader's reach: it would copy them, and follow links while it
does."""

import contextlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

from kireji.grading.submission import Submission, read_submission, refused


def set_refused_aside(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's pre_convert_hook: before it copies a submission's files, move away links, folders
    and the like.

    assignment and student may be patterns; the folder is that of `notebooks`.
    """
    for folder in {Path(notebook).parent for notebook in notebooks}:
        _set_aside(folder)


def take_in(folder: Path) -> Submission:
    """The submission in COURSE/submitted/STUDENT/ASSIGNMENT, with notices of what is or was set
    aside."""
    _set_aside(folder)
    submission = read_submission(folder, folder.name)
    return replace(
        submission,
        notices=(*read_submission(_aside(folder), folder.name).notices, *submission.notices),
    )


def _set_aside(folder: Path) -> None:
    aside = _aside(folder)
    for entry in refused(folder, folder.name):
        aside.mkdir(parents=True, exist_ok=True)
        target = aside / entry.name
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        elif entry.is_dir() and not entry.is_symlink():
            target.unlink(missing_ok=True)  # a folder takes the place of no file
        with contextlib.suppress(FileNotFoundError):  # gone since it was listed
            os.replace(entry, target)


def _aside(folder: Path) -> Path:
    return folder.parents[2] / "var" / "refused" / folder.parent.name / folder.name
