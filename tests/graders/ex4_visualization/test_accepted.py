"""Correct work keeps full marks, however it is written; no work gets none; the same work always
gets the same score."""

import pytest

from kireji.testing.report import cell_score
from tests.graders.bench import as_code, grade
from tests.graders.ex4_visualization.solution import NAME, TASKS, run, solution
from tests.support.clone import COURSE, ROOT

ACCEPTED = sorted((ROOT / "tests" / "graders" / NAME / "accepted").glob("*.py"))
POINTS = {
    "heat_map": 14,
    "heads": 8,
    "measures": 20,
    "rollout": 10,
    "patterns": 12,
    "over_time": 8,
    "intervention": 10,
    "interpretation": 18,
}


@pytest.fixture(scope="module")
def assignment():
    return COURSE.assignment(NAME)


def scores(cells):
    return {task: cell_score(tests, POINTS[task]) for task, tests in cells.items()}


def complaints(cells):
    return [
        (test.name, test.message)
        for tests in cells.values()
        for test in tests
        if test.status != "passed"
    ]


def full() -> dict:
    return {task: POINTS[task] for task in TASKS}


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_correct_implementations_get_full_marks(path):
    cells = grade(NAME, path.read_text())
    assert complaints(cells) == []
    assert scores(cells) == full()


def test_the_points_are_those_announced(assignment):
    assert assignment.points == POINTS
    assert assignment.manual == {"interpretation"}


def test_the_solution_gets_every_point(tmp_path):
    cells = grade(NAME, solution(tmp_path))
    assert complaints(cells) == []
    assert scores(cells) == full()


def test_an_untouched_release_gets_nothing(assignment, tmp_path):
    # not even beside another student's training run: without watch_training it is worth nothing
    # alone
    run(tmp_path)
    cells = grade(NAME, as_code(assignment.skeleton(), tmp_path))
    assert scores(cells) == dict.fromkeys(TASKS, 0.0)
    assert {test.status for tests in cells.values() for test in tests} == {"missing"}


def test_a_training_run_that_never_became_sharp(tmp_path):
    code = solution(tmp_path)
    for sharpness, says in (
        ((0.9, 0.3, 0.1), "becomes much sharper"),
        ((0.0, 0.9), "at least three moments"),
    ):
        run(tmp_path, sharpness)
        cells = grade(NAME, code, "test_over_time.py")
        assert [(name, says in message) for name, message in complaints(cells)] == [
            ("test_your_own_training", True)
        ]
    (tmp_path / f"{NAME}.safetensors").unlink()
    assert (
        "run the cell that trains"
        in dict(complaints(grade(NAME, code, "test_over_time.py")))["test_your_own_training"]
    )


def test_the_same_work_always_gets_the_same_report(tmp_path):
    wavering = solution(
        tmp_path,
        "    return min(candidates",
        "    if weights.max() > 0.33:\n        return 'block'\n    return min(candidates",
    )
    first, again = (grade(NAME, wavering, "test_patterns.py") for _ in range(2))
    assert first == again
    assert 0 < scores(first)["patterns"] < 12
