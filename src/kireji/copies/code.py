"""How alike the code of two submissions is, by copydetect: winnowed fingerprints of tokens, so that
new names change nothing.

What everybody was given (the assignment as released, the lessons) is taken out first.
"""

import io
from collections.abc import Iterable

import numpy as np
from copydetect.detector import CodeFingerprint, compare_files
from copydetect.utils import get_token_coverage
from nbformat import NotebookNode

# Characters after tokenising that count as a match: a line or two of PyTorch. Every place is kept
# (window 1), so that the same pair is always as alike as before.
NOISE = 40
MAX_CHARACTERS = 100_000  # characters of code that are looked at; a long solution has 25,000
# characters of one's own: with less, two short answers are alike because they are right
LEAST = 400
ALIKE = 0.6  # of the smaller of the two; what was measured is in docs/explanation/security.md


def own_code(notebook: NotebookNode) -> str:
    """The code of a rebuilt notebook that is the student's: answers and cells of their own, without
    the locked ones."""
    return "\n\n".join(
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("locked", False)
    )


def given(texts: Iterable[str]) -> set[int]:
    """The fingerprints of code that everybody was given."""
    return {number for text in texts for number in _fingerprint(text).hashes}


def fingerprint(code: str, known: set[int]) -> CodeFingerprint:
    """The fingerprints of `code`, without those that are `known`. `token_coverage` says how much is
    left, in characters."""
    found = _fingerprint(code)
    # The characters left out up to each place; copydetect begins anew at every class.
    found.offsets[:, 1] = np.maximum.accumulate(found.offsets[:, 1])
    found.hash_idx = {
        number: places for number, places in found.hash_idx.items() if number not in known
    }
    found.hashes = set(found.hash_idx)
    found.token_coverage = int(get_token_coverage(found.hash_idx, NOISE, len(found.filtered_code)))
    return found


def alike(one: CodeFingerprint, other: CodeFingerprint) -> float | None:
    """The share of the smaller one's code that is also in the other; None if it is too small to
    report."""
    if min(one.token_coverage, other.token_coverage) < LEAST:
        return None
    if len(one.hashes & other.hashes) < ALIKE / 2 * min(len(one.hashes), len(other.hashes)):
        return None  # the most common case by far, in a hundredth of the time
    _, shares, _ = compare_files(one, other)
    share = min(1.0, float(max(shares)))
    return share if share >= ALIKE else None


def passages(
    one: CodeFingerprint, other: CodeFingerprint
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where the shared code is in each text: (begin, end) in characters, ascending, not
    overlapping."""
    _, _, slices = compare_files(one, other)
    mine, theirs = slices
    return _merged(mine, len(one.raw_code)), _merged(theirs, len(other.raw_code))


def _fingerprint(code: str) -> CodeFingerprint:
    return CodeFingerprint(
        "code.py", NOISE, 1, fp=io.StringIO(code[:MAX_CHARACTERS]), language="python"
    )


def _merged(places: np.ndarray, length: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(
        (int(begin), min(int(end), length)) for begin, end in np.reshape(places, (2, -1)).T
    ):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif begin < end:
            merged.append((begin, end))
    return merged
