"""Handing in, on the student's side: a submission over a quota is refused with a reason before
anything is written.

Mounted into students' servers by itself, so it imports nothing else of Kireji. A student can do
without it, since the server is theirs: the same quotas hold again where submissions are collected
(`kireji.nbgrader_plugins.collect`).
"""

import json
import os
import re
import shutil
from collections.abc import Callable
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path

from nbgrader.exchange.default import ExchangeSubmit
from nbgrader.utils import ignore_patterns

MIB = 2**20
FILE_BYTES = 64 * MIB  # one file
SUBMISSION_BYTES = 128 * MIB  # one submission
FILES = 200  # in one submission
MAX_KEPT = 100  # submissions of one assignment
INBOUND_BYTES = 2048 * MIB  # all submissions of a student
TAKEN = ("*.safetensors",)  # with the notebook, unless it says otherwise
IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)
DRAFT = "."  # in front of the name while it is being written: neither listed nor collected


class Submit(ExchangeSubmit):
    """nbgrader's `submit` with quotas; what it hands in appears in the exchange whole or not at
    all."""

    assignment_filename: str

    def copy_files(self) -> None:
        """Refuse, or hand in."""
        inbound, name = Path(self.inbound_path), self.assignment_filename
        ignored = ignore_patterns(exclude=self.coursedir.ignore)
        folder, assignment = Path(self.src_path), self.coursedir.assignment_id
        calendar = import_module(
            f"{__package__}.kireji_calendar" if __package__ else "kireji_calendar"
        )
        dates = calendar.read_calendar(Path(self.root), self.coursedir.course_id).get(
            assignment, {}
        )
        reason = (
            calendar.refusal(dates)
            or too_much(folder, ignored)
            or left_behind(folder, assignment, ignored)
            or exhausted(inbound, assignment)
        )
        if reason:
            self.fail(f"Not handed in: {reason} What you handed in before is still there.")
        for left in inbound.glob(f"{DRAFT}*"):  # of a submission that was cut off
            shutil.rmtree(left, ignore_errors=True)
        self.assignment_filename = DRAFT + name
        super().copy_files()
        # nbgrader's own copy, by which the list of submissions knows which ones are these: last, so
        # that nothing is listed that was not handed in.
        copy = Path(
            self.cache_path, name if not self.add_random_string else name.rpartition("+")[0]
        )
        (inbound / self.assignment_filename).rename(inbound / name)
        copy.with_name(DRAFT + copy.name).rename(copy)
        if late := calendar.lateness(dates):
            self.log.warning(late)


def too_much(folder: Path, ignored) -> str:
    """Why `folder` is too much for one submission; "" if it is not. `ignored` as for
    shutil.copytree."""
    count, total = 0, 0
    for place, folders, files in os.walk(folder):
        skipped = set(ignored(place, [*folders, *files]))
        folders[:] = [name for name in folders if name not in skipped]
        for name in set(files) - skipped:
            path = os.path.join(place, name)
            size = os.path.getsize(path) if os.path.exists(path) else 0  # not so a link to nothing
            if size > FILE_BYTES:
                return (
                    f"{name} has {size / MIB:.0f} MiB, and a file may have {FILE_BYTES // MIB} MiB."
                )
            count, total = count + 1, total + size
    if count > FILES:
        return (
            f"the folder has {count} files, and a submission may have {FILES}. Move away what is"
            " not part of your answer."
        )
    if total > SUBMISSION_BYTES:
        return (
            f"the folder has {total / MIB:.0f} MiB, and a submission may have"
            f" {SUBMISSION_BYTES // MIB} MiB. Move away what is not part of your answer."
        )
    return ""


def left_behind(folder: Path, assignment: str, ignored: Callable) -> str:
    """Why the notebook would not run where it is graded: it imports a file of `folder` that is not
    taken. "" if it does not."""
    try:
        text = (folder / f"{assignment}.ipynb").read_text(encoding="utf-8", errors="replace")
        notebook = json.loads(text)
        code = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
        taken = notebook["metadata"].get("kireji", {}).get("files", TAKEN)
        taken = [one for one in taken if isinstance(one, str)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""  # a notebook in this state is for the course to judge
    imported = {f"{name}.py" for name in IMPORT.findall(code)}
    names = [entry.name for entry in os.scandir(folder) if entry.is_file()]
    for name in sorted(imported.intersection(names) - set(ignored(str(folder), names))):
        if not any(fnmatchcase(name, pattern) for pattern in taken):
            return (
                f"{assignment}.ipynb imports {name}, which is not taken: copy its code into a cell"
                " of the notebook, and remove the import. Taken with the notebook:"
                f" {', '.join(taken) or 'no other file'}."
            )
    return ""


def exhausted(inbound: Path, assignment: str) -> str:
    """Why this student can hand in no more of `assignment`; "" if they can."""
    kept = sum(1 for folder in inbound.iterdir() if folder.name.split("+")[1:2] == [assignment])
    if kept >= MAX_KEPT:
        return (
            f"you have handed in {assignment} {kept} times, which is as often as can be kept. Ask"
            " your instructor."
        )
    used = sum(os.lstat(path).st_size for path in inbound.rglob("*"))
    if used > INBOUND_BYTES - SUBMISSION_BYTES:
        return (
            f"your submissions take up {used / MIB:.0f} MiB, which is as much as can be kept. Ask"
            " your instructor."
        )
    return ""
