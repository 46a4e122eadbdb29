"""Keeps judgements by content: the same work, judged by the same graders, is not judged twice."""

import functools
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import nbformat
import psutil

from kireji import installation
from kireji.course.assignment import Assignment
from kireji.course.layout import Course
from kireji.files.atomic import write_whole
from kireji.grading.judge import Judgement
from kireji.grading.judge import judge as judge  # judge_pool calls it without the cache
from kireji.grading.submission import Submission
from kireji.testing.report import Report

UNSURE = {"timeout", "error"}  # on a quieter machine it might have ended otherwise


# too unsure to be kept, and judged a moment ago for the one who records it
_at_hand: dict[str, str] = {}


def judge_or_recall(
    course: Course,
    submission: Submission,
    assignment: Assignment,
    secret: bytes,
    trusted: bool = False,
    key: str = "",
) -> Judgement:
    """`judge`, unless its answer is kept already, or was handed over.

    key: as of `key_of`, if the caller has worked it out."""
    key = key or key_of(course, submission, assignment, secret)
    try:
        return read(_at_hand.pop(key))
    except KeyError:
        kept = recall(course, key)
    if kept is None:
        kept = judge(submission, assignment, secret, trusted=trusted)
        if is_sure(kept):
            _write(course, key, written(kept))
    return kept


def recall(course: Course, key: str) -> Judgement | None:
    """The judgement kept under `key`; None if there is none, or a damaged one."""
    try:
        return read((course.judgements / f"{key}.json").read_text())
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def hand_over(course: Course, key: str, text: str) -> None:
    """Keep a judgement that somebody else has `written`; one that is not sure, for the next who
    asks in this process."""
    if is_sure(read(text)):
        _write(course, key, text)
    else:
        _at_hand[key] = text


def written(judgement: Judgement) -> str:
    """A judgement as text, which `read` reads."""
    return json.dumps({"report": judgement.report.as_dict(), "notebook": judgement.notebook})


def read(text: str) -> Judgement:
    """The judgement that was `written`. ValueError, KeyError or TypeError if it is damaged."""
    kept = json.loads(text)
    return Judgement(Report.from_dict(kept["report"]), nbformat.from_dict(kept["notebook"]))


def key_of(course: Course, submission: Submission, assignment: Assignment, secret: bytes) -> str:
    """Changes with everything that a judgement depends on."""
    total = hashlib.sha256(secret)
    total.update(json.dumps([submission.digest(), submission.notices, assignment.name]).encode())
    total.update(graders_version(course, assignment.graders).encode())
    total.update(json.dumps(assignment.source, sort_keys=True).encode())
    return total.hexdigest()


@functools.cache
def graders_version(course: Course, graders: Path) -> str:
    """The content of the hidden tests, of the engine and the lab, of the data, and the versions of
    the libraries.

    An assignment's hidden tests use those of no other; the files next to their folders serve all.
    Looked at once in a process: what changes under a running process takes effect with the next.
    """
    total = hashlib.sha256(installation.versions())
    code = (installation.PACKAGE, installation.LAB / "attention_lab")
    data = (course.lab_data / graders.name, course.held_out)
    files: Iterable[Path] = [path for folder in code for path in folder.rglob("*.py")]
    files = [
        *files,
        # its tests, its settings, and whatever else they read there
        *(path for path in graders.rglob("*") if path.is_file() and path.suffix != ".pyc"),
        *(path for folder in data for path in folder.glob("*.tsv")),
        *graders.parent.glob("*.py"),
        *graders.parent.glob("*.ini"),
    ]
    for path in sorted(files):
        total.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def clear_drafts(course: Course) -> None:
    """Remove what processes that are gone left half written."""
    for draft in course.judgements.glob(".*"):
        writer = draft.suffix[1:]
        if writer.isdigit() and not psutil.pid_exists(int(writer)):
            draft.unlink(missing_ok=True)


def is_sure(judgement: Judgement) -> bool:
    """Whether the same work would be judged the same again, so that the judgement is kept."""
    return not {test.status for cell in judgement.report.cells for test in cell.tests} & UNSURE


def _write(course: Course, key: str, text: str) -> None:
    course.judgements.mkdir(parents=True, exist_ok=True)
    write_whole(course.judgements / f"{key}.json", text)
