"""Hidden tests that are broken themselves: the instructor is told, the student sees nothing of
them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from kireji.course.assignment import Assignment
from kireji.errors import KirejiError
from kireji.grading import judge as judging
from kireji.grading.check_tests import check_hidden_tests
from kireji.grading.judge import judge
from kireji.grading.submission import Submission
from kireji.testing.report import Report
from tests.support.toy import marked

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


GOOD = f"{HEAD}{SHARE}    pass\n\n\n{DOUBLE}    pass\n"
REFUSED = {
    "syntax error": (GOOD + "def (:\n", "test_toy.py, line 14: SyntaxError: invalid syntax."),
    "name that is not there": (
        "from kireji.testing import expected\n\n" + GOOD,
        "test_toy.py, line 1: ImportError: cannot import name 'expected'",
    ),
    "module that is not there": (GOOD + "import no_such_module", "test_toy.py, line 14: Module"),
    "no title": (GOOD.replace('"""A share."""', "pass"), "test_toy.py, line 4: ValueError"),
    "cell that is not there": (
        GOOD.replace('"share"', '"shares"'),
        "test_toy.py, line 4, has the test test_share for 'shares', and source/toy/toy.ipynb has"
        " no graded cell of that name. Its graded cells are double, share, essay.",
    ),
    "cell without a test": (
        f"{HEAD}{DOUBLE}    pass\n",
        "no file of graders/toy has a hidden test for the graded cell 'share' of source/toy/",
    ),
    "no test at all": ("", "for the graded cell 'double'"),
}


@pytest.fixture
def no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is run: what is refused is refused before."""
    monkeypatch.setattr(judging, "Sandbox", None)


@pytest.mark.parametrize("case", REFUSED)
def test_tests_that_do_not_fit_are_refused_before_anything_runs(
    with_tests, submit, no_sandbox, case
):
    code, sentence = REFUSED[case]
    assignment = with_tests(code)
    with pytest.raises(KirejiError) as refused:
        judge(Submission(submit()), assignment, b"s" * 32)
    assert sentence in str(refused.value) and "\n" not in str(refused.value)
    (assignment.graders / "test_toy.py").write_text(GOOD)  # mended: it works without a restart
    check_hidden_tests(assignment)


def test_a_conftest_that_cannot_be_imported_is_named(with_tests, no_sandbox):
    assignment = with_tests(GOOD)
    (assignment.graders / "conftest.py").write_text("import os\nimport no_such_module\n")
    with pytest.raises(KirejiError, match=r"conftest.py, line 2: ModuleNotFoundError: No module"):
        check_hidden_tests(assignment)


def test_asserts_in_the_notebook_are_refused_with_what_to_do(tmp_path, no_sandbox):
    cell = marked(
        new_code_cell("assert square(3) == 9\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"),
        grade_id="square",
        grade=True,
        locked=True,
        points=5,
    )
    quiz = Assignment("quiz1", new_notebook(cells=[cell]), tmp_path / "quiz1")
    with pytest.raises(KirejiError, match="there is no folder graders/quiz1 .*Asserts .*: write"):
        judge(Submission(None), quiz, b"s" * 32)


def test_tests_are_imported_once_for_all_submissions(with_tests, monkeypatch):
    assignment = with_tests(GOOD)
    check_hidden_tests(assignment)
    monkeypatch.setattr("kireji.testing.run._pytest", None)
    check_hidden_tests(assignment)
