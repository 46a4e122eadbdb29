"""Keeps refused files out of nbgrader's reach: it would copy them, and follow links while it
does."""

import contextlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

from kireji.course.layout import Course
from kireji.grading.submission import Submission, read_submission, refused


def set_refused_aside(course: Course, notebooks: list[str]) -> None:
    """Before nbgrader copies the files of the submissions with these notebooks, move away links,
    folders and the like."""
    for folder in {Path(notebook).parent for notebook in notebooks}:
        _set_aside(folder, course.assignment_file(folder.name).files)


def take_in(course: Course, folder: Path) -> Submission:
    """The submission in COURSE/submitted/STUDENT/ASSIGNMENT, with notices of what is or was set
    aside."""
    accepted = course.assignment_file(folder.name).files
    _set_aside(folder, accepted)
    submission = read_submission(folder, folder.name, accepted)
    return replace(
        submission,
        notices=(
            *read_submission(_aside(folder), folder.name, accepted).notices,
            *submission.notices,
        ),
    )


def _set_aside(folder: Path, accepted: tuple[str, ...]) -> None:
    aside = _aside(folder)
    for entry in refused(folder, accepted):
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
