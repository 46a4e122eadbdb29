"""What a student does with an assignment: begin, hand in, start afresh. nbgrader's own steps do the
work, as its commands in a terminal do."""

import logging
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.server_extensions.assignment_list.handlers import AssignmentList

from .attempts import attempts_at, status_of
from .errors import CourseError
from .places import Places

KEPT = "{name} (until {now:%Y-%m-%d %H.%M.%S})"


def begin(places: Places, manager: AssignmentList, assignment: str) -> dict[str, Any]:
    """Fetch the assignment, or the notebook alone where the folder is there without it."""
    places.check(assignment)
    folder, notebook = places.folder(assignment), places.notebook(assignment)
    if not folder.exists():
        _done(manager.fetch_assignment(places.course_id, assignment))
    elif not folder.is_dir():
        raise CourseError(
            f"{assignment} is the name of a file of yours, and the assignment needs a folder of"
            " that name: rename the file, then click Begin again."
        )
    elif not notebook.exists():
        shutil.copyfile(places.original(assignment), notebook)
    return {"notebook": f"{assignment}/{assignment}.ipynb"}


def hand_in(places: Places, manager: AssignmentList, assignment: str) -> dict[str, Any]:
    """Hand in what is saved; the receipt."""
    places.check(assignment)
    before = {attempt.timestamp for attempt in attempts_at(places, assignment, {})}
    _done(manager.submit_assignment(places.course_id, assignment))
    attempts = attempts_at(places, assignment, status_of(places))
    new = [attempt for attempt in attempts if attempt.timestamp not in before]
    if not new:
        raise CourseError("What you handed in has not arrived. Try again, or ask your instructor.")
    came = new[-1].handed_in
    return {
        "number": new[-1].number,
        "timestamp": new[-1].timestamp,
        "handed_in": came.isoformat() if came else "",
    }


def start_afresh(places: Places, manager: AssignmentList, assignment: str) -> dict[str, Any]:
    """Fetch the assignment anew; the folder that was there is kept under another name."""
    places.check(assignment)
    folder, kept = places.folder(assignment), ""
    if folder.exists():
        kept = KEPT.format(name=assignment, now=datetime.now())
        os.rename(folder, folder.with_name(kept))
    try:
        return begin(places, manager, assignment) | {"kept": kept}
    except CourseError:
        if kept and not folder.exists():
            os.rename(folder.with_name(kept), folder)
        raise


def make_manager(home: Path, log: logging.Logger) -> AssignmentList:
    """nbgrader's own list, which runs its steps in the student's home."""
    manager = AssignmentList(log=log)
    manager.root_dir = str(home)
    return manager


def _done(outcome: dict[str, Any]) -> None:
    """CourseError with nbgrader's reason where a step did not work."""
    if not outcome["success"]:
        last = outcome["value"].strip().splitlines()[-1]
        raise CourseError(last.partition(": ")[2] or last)
