"""What pytest finds when it imports an assignment's hidden tests: the tests and their cells, or the
place of a mistake."""

import re
import traceback
from dataclasses import dataclass
from pathlib import Path

import pytest

from kireji.testing.marker import mark_of


@dataclass(frozen=True)
class HiddenTest:
    """A test, the graded cell that it is for, and its place: a file and a line."""

    name: str
    grade_id: str
    place: str


class Collection:
    """A pytest plug-in that writes down the hidden tests of `folder`, and what went wrong with
    importing them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tests: list[HiddenTest] = []
        self.problems: list[str] = []

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Note a test that counts."""
        mark = mark_of(item.function) if isinstance(item, pytest.Function) else None
        if mark:
            file, line, _ = item.location
            place = _place(self.folder, item.path, (line or 0) + 1)
            self.tests.append(HiddenTest(item.name, mark.grade_id, place))

    def pytest_exception_interact(
        self, node: pytest.Item | pytest.Collector, call: pytest.CallInfo[object]
    ) -> None:
        """Note a file that cannot be imported. pytest wraps the error that the file raised."""
        if call.excinfo:
            error = call.excinfo.value
            self.problems.append(self._problem(error.__cause__ or error, node.path))

    def _problem(self, error: BaseException, path: Path) -> str:
        line: int | None = None
        for frame in traceback.extract_tb(error.__traceback__):
            if Path(frame.filename).is_relative_to(self.folder.parent):
                path, line = Path(frame.filename), frame.lineno
        said = str(error)
        if isinstance(error, SyntaxError) and error.filename:
            path, line, said = Path(error.filename), error.lineno, error.msg
        return f"{_place(self.folder, path, line)}: {type(error).__name__}: {_one_line(said)}."


def problem_in_conftest(folder: Path, said: str) -> str:
    """The problem in what pytest `said` of a conftest.py that cannot be imported."""
    text = said.strip()
    places = re.findall(r"^(\S.*\.py):(\d+): in ", text, re.MULTILINE)
    error = re.findall(r"^E +(\w+(?:Error|Exception).*)$", text, re.MULTILINE)
    if not places:
        return f"{folder.parent.name}/{folder.name}: {_one_line(text[-500:])}"
    path, line = places[-1]
    return f"{_place(folder, Path(path), int(line))}: {_one_line((error or [text[-500:]])[-1])}."


def _place(folder: Path, path: Path, line: int | None) -> str:
    """graders/ASSIGNMENT/FILE, line N."""
    course = folder.parent.parent
    name = path.relative_to(course) if path.is_relative_to(course) else path
    return f"{name}, line {line}" if line else f"{name}"


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
