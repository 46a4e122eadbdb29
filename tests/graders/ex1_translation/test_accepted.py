"""Correct work keeps full marks, however it is written; no work gets none; the same work always
gets the same score."""

import pytest

from kireji.testing.report import cell_score
from tests.graders.bench import as_code, fell_short, grade, trained
from tests.support.clone import COURSE, ROOT

NAME = "ex1_translation"
ACCEPTED = sorted((ROOT / "tests" / "graders" / NAME / "accepted").glob("*.py"))
TASKS = (
    "padding_mask",
    "additive_attention",
    "encoder",
    "decoder",
    "sequence_loss",
    "train_step",
    "decoding",
)
TRAINED = ("translation", "alignment")
FILES = [f"test_{task}.py" for task in TASKS]


@pytest.fixture(scope="module")
def assignment():
    return COURSE.assignment(NAME)


def scores(cells, assignment):
    return {task: cell_score(tests, assignment.points[task]) for task, tests in cells.items()}


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_correct_implementations_get_full_marks(path, assignment):
    cells = grade(NAME, path.read_text(), *FILES)
    complaints = [
        (test.name, test.message)
        for tests in cells.values()
        for test in tests
        if test.status != "passed"
    ]
    assert complaints == []
    assert scores(cells, assignment) == {task: assignment.points[task] for task in TASKS}


@pytest.mark.parametrize(
    "last", ["torch.set_grad_enabled(False)", "torch.set_default_dtype(torch.float64)"]
)
def test_torchs_settings_at_the_end_cost_nothing(last, assignment):
    code = next(path for path in ACCEPTED if path.stem == "plain").read_text()
    tasks = ("additive_attention", "train_step")  # parameters have a dtype; steps need gradients
    cells = grade(NAME, f"{code}\n{last}\n", *(f"test_{task}.py" for task in tasks))
    assert scores(cells, assignment) == {task: assignment.points[task] for task in tasks}


def test_every_automatic_cell_has_hidden_tests(assignment):
    assert set(TASKS + TRAINED) == set(assignment.points) - assignment.manual


def test_the_solution_gets_every_point_for_code(assignment, tmp_path):
    cells = grade(NAME, as_code(assignment.source, tmp_path), *FILES)
    assert [
        (test.name, test.message)
        for tests in cells.values()
        for test in tests
        if test.status != "passed"
    ] == []


@pytest.mark.timeout(2400)  # who comes first trains
def test_the_trained_solution_gets_every_point(assignment, tmp_path):
    trained(assignment, tmp_path)
    cells = grade(
        NAME,
        as_code(assignment.source, tmp_path),
        *(f"test_{task}.py" for task in TRAINED),
        work=tmp_path,
    )
    assert set(cells) == set(TRAINED) and fell_short(cells) == []
    pictures = [
        image for test in cells["alignment"] for image in test.images if "IBM" in image.caption
    ]
    assert len(pictures) == 2


def test_an_untouched_release_gets_nothing(assignment, tmp_path):
    cells = grade(NAME, as_code(assignment.skeleton(), tmp_path))
    assert scores(cells, assignment) == dict.fromkeys(TASKS + TRAINED, 0.0)
    assert {test.status for tests in cells.values() for test in tests} == {"missing"}


def test_the_same_work_always_gets_the_same_report():
    """Also work that is wrong only now and then: its random numbers are drawn from the same
    seeds."""
    plain = (ACCEPTED[0].parent / "plain.py").read_text()
    wavering = plain.replace(
        "        context = attention_weights @ value\n",
        "        context = attention_weights @ value + 0.0002 * torch.randn(1)\n",
    )
    assert wavering != plain
    first, *others = (grade(NAME, wavering, "test_additive_attention.py") for _ in range(5))
    assert all(other == first for other in others)
