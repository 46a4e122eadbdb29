"""What reading written answers works with: plain data."""

from dataclasses import dataclass

from kireji.errors import KirejiError


class ReadingError(KirejiError):
    """A reading that cannot be made: another person reads the answer, or a value is impossible."""


@dataclass(frozen=True, slots=True)
class RubricItem:
    """Points that an answer gets, or loses if they are negative, for what `sentence` says.

    group: a heading that several items share; "" for none"""

    id: int
    assignment: str
    cell: str
    group: str
    points: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a person said of an answer: the numbers of the rubric's items that it gets, further
    `points`, and a comment for the student.

    came: when the attempt that was read was handed in, in seconds since 1970; 0 if unknown"""

    assignment: str
    cell: str
    student: str
    items: tuple[int, ...] = ()
    points: float = 0.0
    comment: str = ""
    came: float = 0.0
    by: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """`read` of `total` answers are read."""

    read: int
    total: int


@dataclass(frozen=True, slots=True)
class Change:
    """A student's score for a question before and after a change."""

    student: str
    before: float
    after: float
