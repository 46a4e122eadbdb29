"""Correct work keeps full marks, however it is written; no work gets none; the same work always gets the same score."""

import pytest

from kireji import paths
from kireji.course.assignment import load
from kireji.testing.report import cell_score
from tests.graders.bench import as_code, fell_short, grade, trained

NAME = "ex1_translation"
ACCEPTED = sorted((paths.ROOT / "tests" / "graders" / NAME / "accepted").glob("*.py"))
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
    return load(NAME)


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
        NAME, as_code(assignment.source, tmp_path), *(f"test_{task}.py" for task in TRAINED)
    )
    assert set(cells) == set(TRAINED) and fell_short(cells) == []
    pictures = [
        image for test in cells["alignment"] for image in test.images if "IBM" in image.caption
    ]
    assert len(pictures) == 2


FAKE = """
def align(sentence):
    source, target = tokenize(sentence), target_vocabulary.decode(greedy_decode(model, *encode_sources([sentence], source_vocabulary), 1, 2, 12)[0][0])
    weights = torch.tensor([[float(one == other) + 0.01 for other in source] for one in target])
    return source, target, weights / weights.sum(dim=-1, keepdim=True)
"""


def test_a_map_made_up_from_the_words_is_not_the_models(assignment, tmp_path):
    """Without a checkpoint the model is untrained, and its maps fit its words all the same."""
    code = as_code(assignment.source, tmp_path)
    honest, fake = (
        grade(NAME, text, "test_alignment.py")["alignment"] for text in (code, code + FAKE)
    )
    assert [test.status for test in honest] == ["passed", "failed"]
    assert [test.fraction for test in fake] == [0, 0]
    assert "not what the decoder of your trained `model` returned" in fake[0].message


FAKES_OF_THE_MODEL = {
    "another one in its place": """
    class Fake(torch.nn.Module):
        def __init__(self, real):
            super().__init__()
            self.real = real
        def forward(self, source_ids, lengths, target_ids):
            return None, kept
    global model
    model = Fake(model)
""",
    "its weights": """
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(0.5)
""",
    "what it does": """
    model.forward = lambda *batch: (None, kept)
""",
}


@pytest.mark.parametrize("what", FAKES_OF_THE_MODEL)
def test_align_must_not_touch_the_model(assignment, tmp_path, what):
    fake = (
        FAKE.replace("def align", "def made_up")
        + f"""
def align(sentence):
    source, target, weights = made_up(sentence)
    kept = weights.unsqueeze(0)
{FAKES_OF_THE_MODEL[what]}
    return source, target, weights
"""
    )
    cells = grade(NAME, as_code(assignment.source, tmp_path) + fake, "test_alignment.py")[
        "alignment"
    ]
    assert [test.status for test in cells] == ["failed", "failed"]


def test_an_untouched_release_gets_nothing(assignment, tmp_path):
    cells = grade(NAME, as_code(assignment.skeleton(), tmp_path))
    assert scores(cells, assignment) == dict.fromkeys(TASKS + TRAINED, 0.0)
    assert {test.status for tests in cells.values() for test in tests} == {"missing"}


def test_the_same_work_always_gets_the_same_report():
    """Also work that is wrong only now and then: its random numbers are drawn from the same seeds."""
    plain = (ACCEPTED[0].parent / "plain.py").read_text()
    wavering = plain.replace(
        "        context = attention_weights @ value\n",
        "        context = attention_weights @ value + 0.0002 * torch.randn(1)\n",
    )
    assert wavering != plain
    first, *others = (grade(NAME, wavering, "test_additive_attention.py") for _ in range(5))
    assert all(other == first for other in others)
