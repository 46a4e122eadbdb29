"""Compares everybody's submission of an assignment with everybody else's: pairs that are too alike,
and in what."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from copydetect.detector import CodeFingerprint

from kireji import installation
from kireji.copies import code, weights
from kireji.course.assignment import Assignment
from kireji.course.layout import Course
from kireji.files.untrusted import is_of_the_machine, printable
from kireji.grading.rebuild import rebuild
from kireji.grading.submission import read_submission

MAX_REASON = 200  # characters
CHECKPOINTS = 20  # of one submission, looked at


@dataclass(frozen=True)
class AlikePair:
    """Two students' submissions that are too alike in `what`: "code" or the name of a
    checkpoint."""

    one: str
    other: str
    what: str
    similarity: float  # 0 to 1
    how: str


@dataclass(frozen=True)
class Comparison:
    """What was compared, and what was found: code first, the most alike first."""

    assignment: str
    students: tuple[str, ...]
    pairs: tuple[AlikePair, ...]
    codes: dict[str, CodeFingerprint]
    skipped: dict[str, str] = field(default_factory=dict)  # who could not be compared, and why


def look(
    course: Course,
    assignment: Assignment,
    submissions: Iterable[tuple[str, Path]],
    tell: Callable[[str], None] = lambda student: None,
) -> Comparison:
    """Compare the submissions (student, folder) of a course's assignment. tell: is called with each
    student's name when their work is read."""
    known = code.given(given(assignment))
    shipped = {
        weights.fingerprint(path.read_bytes()).digest
        for folder in (course.release, course.source)
        for path in sorted((folder / assignment.name).glob("*.safetensors"))
    }
    codes: dict[str, CodeFingerprint] = {}
    checkpoints: dict[str, list[tuple[str, weights.Fingerprint]]] = {}
    skipped: dict[str, str] = {}
    for student, folder in submissions:
        tell(student)
        try:
            codes[student], found = _read(assignment, folder, known)
        except Exception as error:  # whatever one submission holds, the others are compared
            if is_of_the_machine(error):
                raise
            skipped[student] = printable(f"{type(error).__name__}: {error}")[:MAX_REASON]
            continue
        checkpoints[student] = [(name, mark) for name, mark in found if mark.digest not in shipped]
    pairs = []
    for one, other in combinations(sorted(codes), 2):
        similarity = code.alike(codes[one], codes[other])
        if similarity is not None:
            pairs.append(
                AlikePair(
                    one,
                    other,
                    "code",
                    similarity,
                    "most of the code, whatever its names and comments",
                )
            )
        pairs += _checkpoints(one, other, checkpoints)
    pairs.sort(key=lambda pair: (pair.what != "code", -pair.similarity, pair.one, pair.other))
    return Comparison(assignment.name, tuple(sorted(codes)), tuple(pairs), codes, skipped)


def _read(
    assignment: Assignment, folder: Path, known: set[int]
) -> tuple[CodeFingerprint, list[tuple[str, weights.Fingerprint]]]:
    """What is compared of one submission."""
    submission = read_submission(folder, assignment.name, assignment.file.files)
    own = code.own_code(rebuild(assignment, submission.notebook)[0])
    marks = [
        (name, weights.fingerprint(submission.files[name]))
        for name in sorted(submission.files)[:CHECKPOINTS]
    ]
    return code.fingerprint(own, known), marks


def _checkpoints(
    one: str, other: str, checkpoints: dict[str, list[tuple[str, weights.Fingerprint]]]
) -> Iterable[AlikePair]:
    """Each of `one`'s checkpoints with the one of `other`'s that is most like it."""
    for name, mark in checkpoints[one]:
        found = [
            (*result, theirs)
            for theirs, twin in checkpoints[other]
            if (result := weights.alike(mark, twin))
        ]
        if found:
            similarity, how, theirs = max(found)
            yield AlikePair(
                one, other, name if name == theirs else f"{name} and {theirs}", similarity, how
            )


def given(assignment: Assignment) -> Iterable[str]:
    """What everybody has: the notebook as it was released, cell by cell and as it is compared, and
    the lessons."""
    skeleton = assignment.skeleton()
    yield code.own_code(skeleton)
    yield from (cell.source for cell in skeleton.cells if cell.cell_type == "code")
    yield from (path.read_text() for path in sorted(installation.LESSONS.glob("*.py")))
