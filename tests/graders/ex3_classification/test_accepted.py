"""Correct work keeps full marks, however it is written; no work gets none; the same work always
gets the same score."""

import pytest

from kireji.testing.report import cell_score
from tests.graders.bench import as_code, fell_short, grade, trained
from tests.graders.ex3_classification.counted_classifiers import classifiers
from tests.graders.ex3_classification.solution import NAME, SOLUTION, TASKS, TRAINED, graded
from tests.graders.galleries import lost
from tests.support.clone import COURSE, ROOT

ACCEPTED = sorted((ROOT / "tests" / "graders" / NAME / "accepted").glob("*.py"))


@pytest.fixture(scope="module")
def assignment():
    return COURSE.assignment(NAME)


def scores(cells, assignment):
    return {task: cell_score(tests, assignment.points[task]) for task, tests in cells.items()}


@pytest.mark.parametrize(
    "definitions",
    [SOLUTION, *(path.read_text() for path in ACCEPTED)],
    ids=["solution", *(path.stem for path in ACCEPTED)],
)
def test_correct_implementations_get_full_marks(definitions, assignment):
    cells = graded(definitions, classifiers=classifiers())
    assert lost(cells) == {}
    assert scores(cells, assignment) == {task: assignment.points[task] for task in TASKS}


def test_the_points_are_those_announced(assignment):
    assert assignment.points == {
        "attention_pooling": 16,
        "classifier": 18,
        "training": 10,
        "prediction": 16,
        "long_texts": 12,
        "faithfulness": 10,
        "text_picture": 6,
        "explanation": 12,
    }
    assert assignment.manual == {"explanation"}


@pytest.mark.timeout(2400)  # who comes first trains
def test_the_trained_solution_gets_every_point(assignment, tmp_path):
    trained(assignment, tmp_path)
    cells = grade(
        NAME,
        as_code(assignment.source, tmp_path),
        *(f"test_{task}.py" for task in TRAINED),
        work=tmp_path,
    )
    assert fell_short(cells) == []
    assert {
        task: len([image for test in tests for image in test.images])
        for task, tests in cells.items()
    } == {"prediction": 2, "long_texts": 1, "faithfulness": 3}


def test_an_untouched_release_gets_nothing(assignment, tmp_path):
    cells = grade(NAME, as_code(assignment.skeleton(), tmp_path))
    assert scores(cells, assignment) == dict.fromkeys(TASKS, 0.0)
    assert {test.status for tests in cells.values() for test in tests} == {"missing"}


def test_the_same_work_always_gets_the_same_report():
    wavering = SOLUTION.replace(
        "attention_weights = torch.softmax(scores, dim=-1)",
        "attention_weights = torch.softmax(scores.tanh(), dim=-1)",
    )
    first, *others = (
        graded(wavering, "test_attention_pooling.py", "test_classifier.py") for _ in range(3)
    )
    assert lost(first) and all(other == first for other in others)
