"""Whether an assignment's hidden tests fit its notebook: looked at before a submission is judged,
because a cell without a test would give 0 to everybody."""

from kireji.course.assignment import Assignment
from kireji.errors import KirejiError
from kireji.testing.run import collect, forget

HOW = "see docs/howto/write-a-hidden-test.md"


def check_hidden_tests(assignment: Assignment) -> None:
    """KirejiError, one sentence with the place and what to do, unless every cell that is graded
    automatically has a hidden test and every hidden test has its cell.

    The tests are imported once in a process: after that it costs next to nothing."""
    try:
        _check(assignment)
    except KirejiError:
        forget(assignment.graders)  # mended, they are looked at again
        raise


def _check(assignment: Assignment) -> None:
    name, points = assignment.name, assignment.points
    automatic = [cell for cell in points if points[cell] and cell not in assignment.manual]
    notebook, folder = f"source/{name}/{name}.ipynb", f"graders/{name}"
    if not assignment.graders.is_dir():
        if automatic:
            raise KirejiError(
                f"{name} cannot be graded: there is no folder {folder} with hidden tests for the"
                f" graded cells of {notebook} ({', '.join(automatic)}). Asserts in the notebook"
                f" give no points: write hidden tests in {folder}/test_*.py, {HOW}."
            )
        return
    tests = collect(assignment.graders)
    for test in tests:
        if test.grade_id not in points:
            raise KirejiError(
                f"{name} cannot be graded: {test.place}, has the test {test.name} for"
                f" '{test.grade_id}', and {notebook} has no graded cell of that name. Its graded"
                f" cells are {', '.join(points) or 'none'}."
            )
    for cell in automatic:
        if cell not in {test.grade_id for test in tests}:
            raise KirejiError(
                f"{name} cannot be graded: no file of {folder} has a hidden test for the graded"
                f" cell '{cell}' of {notebook}. Asserts in the notebook give no points: write a"
                f' test with @graded("{cell}") in {folder}/test_{cell}.py, {HOW}.'
            )
