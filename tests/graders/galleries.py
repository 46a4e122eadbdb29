"""What the four galleries share: a wrong variant of a solution, and what must become of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kireji.testing.report import TestReport


class Wrong(NamedTuple):
    """`old` becomes `new` in the solution; then `test` of cell `task` takes points and its message
    holds `says`.

    A variant may fail other tests of its own task as well, never one of another task."""

    what: str
    task: str
    old: str
    new: str
    test: str
    says: str

    def hidden_test(self) -> str:
        """The one that must notice, as `grade` takes it: all others of the task would cost time and
        prove nothing."""
        return f"test_{self.task}.py::{self.test}"


def of(task: str, *rows: Sequence[str]) -> list[Wrong]:
    """Variants of one task: (what, old, new, test, says) each."""
    return [Wrong(what, task, *rest) for what, *rest in rows]


def lost(cells: Mapping[str, Sequence[TestReport]]) -> dict[str, dict[str, str]]:
    """{cell: {test: message}} of those that did not get everything."""
    found = {
        name: {test.name: test.message for test in tests if test.fraction < 1}
        for name, tests in cells.items()
    }
    return {name: tests for name, tests in found.items() if tests}


def caught(wrong: Wrong, cells: Mapping[str, Sequence[TestReport]]) -> None:
    """AssertionError unless the variant's own test took points and named the mistake, and no other
    task's test took any."""
    found = lost(cells)
    assert wrong.test in found.get(wrong.task, {}), found
    assert wrong.says.lower() in found[wrong.task][wrong.test].lower(), found[wrong.task][
        wrong.test
    ]
    assert set(found) == {wrong.task}, f"a mistake must not cost points elsewhere: {found}"


def one_of_each(gallery: Iterable[Wrong]) -> list[Wrong]:
    """The first variant of each task."""
    return list({wrong.task: wrong for wrong in reversed([*gallery])}.values())


def large_enough(gallery: Iterable[Wrong]) -> None:
    """AssertionError unless there are 25 variants, all of them different."""
    names = [(wrong.task, wrong.what) for wrong in gallery]
    assert len(names) >= 25 and len(set(names)) == len(names)
