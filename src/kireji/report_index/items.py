"""Item analysis: which tasks and hidden tests a class passes, and which tell strong students from
weak ones. Pure functions of points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from kireji.report_index.index import ReportIndex

CONFIDENCE = 0.95
MIN_STUDENTS = 4  # Fisher's z needs more than three
FULL = 1 - 1e-9  # a fraction that counts as passed


class Flag(StrEnum):
    """What an instructor should look at. The values are what a page says."""

    NOBODY_PASSES = "nobody passes"
    GOOD_STUDENTS_FAIL = "good students fail"


@dataclass(slots=True)
class ItemAnalysis:
    """A task (`test` is "") or a hidden test, over the attempts that count.

    share_passed: of the students, with all of its points   mean: of the fraction earned
    discrimination: from -1 to 1; `low` and `high` bound it with 95 % confidence. None where it is
    not defined: fewer than four students, or all did equally well."""

    cell: str
    test: str
    title: str
    max_points: float
    students: int
    share_passed: float
    mean: float
    discrimination: float | None
    low: float | None
    high: float | None
    flags: tuple[Flag, ...]


def item_analysis(index: ReportIndex, assignment: str) -> list[ItemAnalysis]:
    """Each task of `assignment`, followed by its hidden tests, in the order of the report."""
    table = index.points(assignment)
    total = np.nansum(table.points, axis=1)
    found = []
    for cell in dict.fromkeys(table.cells):
        columns = [column for column, its in enumerate(table.cells) if its == cell]
        task = table.points[:, columns]
        summed = np.where(np.isnan(task).all(axis=1), np.nan, np.nansum(task, axis=1))
        most = table.max_points[columns].sum()
        found.append(_analysed((cell, ""), "", most, summed, total))
        found += [
            _analysed(
                (cell, table.names[column]),
                table.titles[column],
                table.max_points[column],
                table.points[:, column],
                total,
            )
            for column in columns
        ]
    return found


def _analysed(
    key: tuple[str, str],
    title: str,
    most: float,
    column: NDArray[np.float64],
    total: NDArray[np.float64],
) -> ItemAnalysis:
    there = ~np.isnan(column)
    earned, rest = column[there], total[there] - column[there]
    fractions = earned / most if most else np.zeros(len(earned))
    passed = fractions >= FULL
    found = discrimination(fractions, rest)
    low, high = interval(found, len(earned)) if found is not None else (None, None)
    return ItemAnalysis(
        *key,
        title,
        float(most),
        len(earned),
        float(passed.mean()),
        float(fractions.mean()),
        found,
        low,
        high,
        flags_of(passed, rest, found, high),
    )


def discrimination(
    fractions: Sequence[float] | NDArray, rest: Sequence[float] | NDArray
) -> float | None:
    """How well an item tells strong students from weak ones: the correlation of what it gives with
    the points of all other items. None where one of both is the same for all.

    Where an item is passed or not, this is the point-biserial correlation. The item is left out of
    the total, since it would correlate with itself (Henrysson 1963, "Correction of item-total
    correlations in item analysis", Psychometrika 28)."""
    x, y = np.asarray(fractions, float), np.asarray(rest, float)
    if len(x) < MIN_STUDENTS or np.ptp(x) < 1e-9 or np.ptp(y) < 1e-9:
        return None
    x, y = x - x.mean(), y - y.mean()
    return float(np.clip((x @ y) / math.sqrt((x @ x) * (y @ y)), -1.0, 1.0))


def interval(
    correlation: float, students: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The bounds of a correlation that was found in a sample of `students`.

    Fisher's z transformation makes it about normal, with the standard error 1 / sqrt(n - 3), also
    for small classes (Fisher 1921, "On the probable error of a coefficient of correlation deduced
    from a small sample", Metron 1). A correlation of 1 or -1 has no bounds but itself."""
    if abs(correlation) >= 1 or students < MIN_STUDENTS:
        return (correlation, correlation) if students >= MIN_STUDENTS else (-1.0, 1.0)
    z = math.atanh(correlation)
    off = NormalDist().inv_cdf((1 + confidence) / 2) / math.sqrt(students - 3)
    return math.tanh(z - off), math.tanh(z + off)


def flags_of(
    passed: NDArray[np.bool_],
    rest: NDArray[np.float64],
    found: float | None,
    high: float | None,
) -> tuple[Flag, ...]:
    """What an instructor should look at.

    Good students fail an item where its discrimination is negative beyond chance, or where it is
    negative and more than half of the best third (by the other items) do not pass."""
    flags = []
    if len(passed) and not passed.any():
        flags.append(Flag.NOBODY_PASSES)
    if found is not None and found < 0:
        best = rest >= np.quantile(rest, 2 / 3)
        if (high is not None and high < 0) or passed[best].mean() < 0.5:
            flags.append(Flag.GOOD_STUDENTS_FAIL)
    return tuple(flags)
