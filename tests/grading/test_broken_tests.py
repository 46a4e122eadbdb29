"""Hidden tests that are broken themselves: the instructor is told, the student sees nothing of
them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kireji.course.assignment import Assignment
from kireji.grading.judge import judge
from kireji.grading.submission import Submission
from kireji.testing.report import Report

HEAD = "from kireji.testing import expect, graded\n\n\n"
SHARE = '@graded("share")\ndef test_share(student):\n    """A share."""\n'
DOUBLE = '@graded("double")\ndef test_double(student):\n    """A double."""\n'


@pytest.fixture
def with_tests(toy: Assignment, tmp_path: Path) -> Callable[..., Assignment]:
    """The toy assignment with other hidden tests: `with_tests(code)`."""

    def make(code: str) -> Assignment:
        folder = tmp_path / "graders" / f"toy_{tmp_path.name}"
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "test_toy.py").write_text(code)
        return replace(toy, graders=folder)

    return make


@pytest.mark.parametrize(
    "body",
    [
        "assert student.share() == 4242",
        "raise KeyError('4242 is expected')",
        "import pytest; pytest.fail('4242 is expected')",
    ],
)
def test_a_plain_assert_is_shown_to_the_instructor_only(with_tests, submit, body):
    assignment = with_tests(f"{HEAD}{SHARE}    {body}\n\n\n{DOUBLE}    student.double(1)\n")
    report = judge(Submission(submit()), assignment, b"s" * 32).report
    (test,) = next(cell.tests for cell in report.cells if cell.grade_id == "share")
    assert test.status == "error" and "4242" not in test.message
    assert test.message.startswith("This hidden test itself failed")
    assert not any("4242" in notice for notice in report.for_student)
    (notice,) = report.for_instructor
    assert notice in report.notices and "4242" in notice and "test_toy.py" in notice
    assert Report.from_dict(report.as_dict()) == report and report.score == 4
