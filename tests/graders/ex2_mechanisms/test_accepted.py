"""Correct work keeps full marks, however it is written; no work gets none; the same work always
gets the same score."""

import pytest

from kireji.testing.report import cell_score
from tests.graders.bench import as_code, grade, trained
from tests.graders.ex2_mechanisms.solution import NAME, solution
from tests.support.clone import COURSE, ROOT

ACCEPTED = sorted((ROOT / "tests" / "graders" / NAME / "accepted").glob("*.py"))
TASKS = ("content_scores", "location", "self_attention", "saturation", "picture")
FILES = [f"test_{task}.py" for task in TASKS]


@pytest.fixture(scope="module")
def assignment():
    return COURSE.assignment(NAME)


def scores(cells, assignment):
    return {task: cell_score(tests, assignment.points[task]) for task, tests in cells.items()}


def complaints(cells):
    return [
        (test.name, test.message)
        for tests in cells.values()
        for test in tests
        if test.status != "passed"
    ]


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_correct_implementations_get_full_marks(path, assignment):
    cells = grade(NAME, path.read_text(), *FILES)
    assert complaints(cells) == []
    assert scores(cells, assignment) == {task: assignment.points[task] for task in TASKS}


@pytest.mark.parametrize("label", ["Accuracy", "share of right answers", "% correct"])
def test_axis_labels_may_be_in_any_words(label, tmp_path):
    code = solution(tmp_path, 'ylabel="accuracy"', f'ylabel="{label}"')
    assert complaints(grade(NAME, code, "test_picture.py")) == []


def test_the_points_are_those_announced(assignment):
    assert assignment.points == {
        "content_scores": 18,
        "location": 12,
        "self_attention": 22,
        "saturation": 6,
        "comparison": 24,
        "picture": 6,
        "discussion": 12,
    }
    assert assignment.manual == {"discussion"}


def test_the_solution_gets_every_point_for_code(assignment, tmp_path):
    assert complaints(grade(NAME, solution(tmp_path), *FILES)) == []


@pytest.mark.timeout(2400)  # who comes first trains
def test_the_trained_solution_gets_every_point(assignment, tmp_path):
    trained(assignment, tmp_path)
    cells = grade(NAME, solution(tmp_path), "test_comparison.py", work=tmp_path)
    assert complaints(cells) == []
    assert len([image for test in cells["comparison"] for image in test.images]) == 4


def test_an_untouched_release_gets_nothing(assignment, tmp_path):
    cells = grade(NAME, as_code(assignment.skeleton(), tmp_path))
    assert scores(cells, assignment) == dict.fromkeys((*TASKS, "comparison"), 0.0)
    assert {test.status for tests in cells.values() for test in tests} == {"missing"}


def test_the_same_work_always_gets_the_same_report(tmp_path):
    wavering = solution(
        tmp_path,
        "torch.randn(1000, d_k), torch.randn(1000, 32, d_k)",
        "torch.randn(90, d_k), torch.randn(90, 32, d_k)",
    )
    first, *others = (grade(NAME, wavering, "test_saturation.py") for _ in range(3))
    assert all(other == first for other in others)


@pytest.mark.timeout(2400)
def test_weights_that_are_not_the_submitted_ones_get_nothing(assignment, tmp_path):
    trained(assignment, tmp_path)
    code = f"{solution(tmp_path)}\nfor p in models.parameters():\n    p.data.mul_(1.5)\n"
    tests = {
        test.name: test
        for test in grade(NAME, code, "test_comparison.py", work=tmp_path)["comparison"]
    }
    assert tests["test_weights_do_it"].fraction == tests["test_lengths_trained_on"].fraction == 0
    assert "does not hold the weights" in tests["test_weights_do_it"].message
