"""What the index answers: plain data."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class AttemptRow:
    """A graded attempt. `score` and `max_score` are those of the hidden tests, without what a
    person gives and without a penalty.

    number: 1 for the student's first graded attempt at the assignment
    came: when it was handed in (UTC); None if unknown
    counts: it is the attempt in the gradebook
    for_instructor: the report's notices for the instructor, such as a hidden test that failed"""

    assignment: str
    student: str
    number: int
    came: datetime | None
    counts: bool
    score: float
    max_score: float
    late_seconds: float
    for_instructor: tuple[str, ...] = ()

    @property
    def late(self) -> bool:
        return self.late_seconds > 0


@dataclass(slots=True)
class TestRow:
    """A hidden test in one attempt. `points` of `max_points` were earned.

    status: one of kireji.testing.report.STATUSES
    diagnosis: the identifier of the mistake that the message names, or ""
    metric: the measured value, where the test measures one"""

    __test__ = False  # pytest, which sees the name: it is no test
    assignment: str
    student: str
    attempt: int
    cell: str
    name: str
    title: str
    status: str
    points: float
    max_points: float
    fraction: float
    diagnosis: str
    metric: float | None


@dataclass(slots=True)
class Distribution:
    """The automatic scores of the attempts that count, one a student.

    bins: (from, to, number of students); the last bin includes its upper end"""

    scores: list[float]
    max_score: float
    mean: float
    median: float
    lower_quartile: float
    upper_quartile: float
    bins: list[tuple[float, float, int]] = field(default_factory=list)


@dataclass(slots=True)
class MetricValues:
    """What a test measured in the attempts that count, with the values that earn no points
    (`baseline`) and all points (`target`). by_student: {student: value}"""

    cell: str
    test: str
    title: str
    metric: str
    baseline: float
    target: float
    by_student: dict[str, float]


@dataclass(slots=True)
class MistakeRow:
    """A student who made the mistake `diagnosis`, in the attempt number `last` for the last time.

    now: the attempt that counts has it   cells: the tasks in which it was found"""

    diagnosis: str
    student: str
    last: int
    now: bool
    cells: list[str]


@dataclass(slots=True)
class PointsTable:
    """Hidden tests by column: their `cells`, `names`, `titles` and maxima.

    max_points (tests)   points (students, tests); nan where a student's attempt has no such test"""

    cells: list[str]
    names: list[str]
    titles: list[str]
    max_points: NDArray[np.float64]
    points: NDArray[np.float64]
