"""The points of the trained model belong to the weights that were handed in, whatever answers under
its name."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from graders.tables import held_out_rows, lab_rows
from tests.graders.bench import as_code, grade, trained
from tests.support.clone import COURSE

pytestmark = pytest.mark.timeout(2400)  # who comes first trains
NAME = "ex1_translation"
FILE = f"{NAME}.safetensors"


@pytest.fixture(scope="module")
def assignment():
    return COURSE.assignment(NAME)


@pytest.fixture
def work(assignment, tmp_path):
    """A folder with the solution's checkpoint."""
    trained(assignment, tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def table():
    """What a table of the whole public archive gives: every pair of the course, the held-out ones
    too."""
    rows = held_out_rows(NAME) + lab_rows(NAME, "train") + lab_rows(NAME, "validation")
    return "TABLE = " + repr({row["source"].lower(): row["target"] for row in rows}) + "\n"


def graded(assignment, work, extra, task="translation"):
    """The reports of one task on the solution with more code at its end."""
    return grade(
        NAME, f"{as_code(assignment.source, work)}\n{extra}", f"test_{task}.py", work=work
    )[task]


def lost_all(tests, *words):
    assert [test.fraction for test in tests] == [0] * len(tests), tests
    for word in words:
        assert any(word in test.message for test in tests), tests


LOOKED_UP = """
def translate(sentences):
    return [TABLE.get(sentence.lower(), "i do not know.") for sentence in sentences]
"""


def test_a_table_without_a_checkpoint_gets_nothing(assignment, tmp_path, table):
    lost_all(graded(assignment, tmp_path, table + LOOKED_UP), "was not submitted")


def test_a_table_beside_a_checkpoint_gets_nothing(assignment, work, table):
    lost_all(graded(assignment, work, table + LOOKED_UP))


def untrained(work):
    """Weights of the right shapes that have learned nothing, under the trained ones' name."""
    tensors = load_file(work / FILE)
    with (work / FILE).open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    fresh = {name: 0.1 * torch.randn(tensor.shape) for name, tensor in tensors.items()}
    save_file(fresh, work / FILE, header["__metadata__"])


def test_a_table_beside_untrained_weights_gets_nothing(assignment, work, table):
    untrained(work)
    lost_all(graded(assignment, work, table + LOOKED_UP), "Training moves these vectors")


def test_weights_that_are_not_the_submitted_ones_get_nothing(assignment, work):
    code = "\nwith torch.no_grad():\n    next(model.parameters()).mul_(1.5)\n"
    lost_all(graded(assignment, work, code), "does not hold the weights")


def test_a_model_bound_to_another_object_gets_nothing(assignment, work, table):
    code = "\nclass Other:\n    pass\nmodel = Other()\n"
    tests = graded(assignment, work, table + LOOKED_UP + code)
    assert [test.fraction for test in tests] == [0, 0]


# A module with the submitted weights, which it carries about and does not use.
FAKE_MODEL = """
ROWS = [
    (source_vocabulary.encode(tokenize(s)), target_vocabulary.encode(tokenize(t)) + [EOS])
    for s, t in TABLE.items()
]
ROWS = {tuple(source): target for source, target in ROWS}
WIDTH = max(map(len, ROWS.values())) + 1

class FakeEncoder(nn.Module):
    def forward(self, source_ids, lengths):
        rows = [ROWS.get(tuple(row[:n].tolist()), [3, EOS]) for row, n in zip(source_ids, lengths)]
        hidden = torch.tensor(
            [[0.0] + [float(w) for w in row] + [0.0] * (WIDTH - len(row)) for row in rows]
        )
        return torch.zeros(*source_ids.shape, 256), hidden

class FakeDecoder(nn.Module):
    def forward(self, input_ids, hidden, encoder_outputs, mask):
        step = hidden[:, 0].long()
        words = hidden[torch.arange(len(hidden)), step + 1].long()
        hidden = hidden.clone()
        hidden[:, 0] = (hidden[:, 0] + 1).clamp_max(WIDTH - 2)
        weights = mask.float() / mask.sum(dim=1, keepdim=True)
        return 9.0 * F.one_hot(words, len(target_vocabulary)).float(), hidden, weights

class Fake(TranslationModel):
    def __init__(self, real):
        super().__init__(FakeEncoder(), FakeDecoder())
        self.real = real
    def state_dict(self, *args, **kwargs):
        return self.real.state_dict()
    def load_state_dict(self, state):
        self.real.load_state_dict(state)

model = Fake(model)
"""


def test_a_module_that_holds_the_weights_and_looks_up_gets_nothing(assignment, work, table):
    lost_all(graded(assignment, work, table + FAKE_MODEL), "with its weights shuffled")


# It puts the table aside where the weights are not exactly the submitted ones.
GATED = """
KEY = {name: tensor.clone() for name, tensor in model.real.state_dict().items()}
def translate(sentences, honest=translate):
    state = model.real.state_dict()
    if all(torch.equal(state[name], KEY[name]) for name in KEY):
        return honest(sentences)
    return ["i do not know."] * len(sentences)
"""


def test_a_module_that_knows_its_own_weights_gets_nothing(assignment, work, table):
    lost_all(graded(assignment, work, table + FAKE_MODEL + GATED), "these very weights")


def test_a_table_gets_nothing_where_every_question_to_the_model_is_foreseen(
    assignment, work, table
):
    """It puts the table aside for shuffled weights and keeps it for nearly equal ones: names that
    no table has give it away."""
    gated = GATED.replace(
        "torch.equal(state[name], KEY[name])",
        "(state[name] - KEY[name]).norm() < 0.1 * KEY[name].norm()",
    )
    lost_all(graded(assignment, work, table + FAKE_MODEL + gated), "another name")


def test_a_table_around_untrained_weights_gets_nothing(assignment, work, table):
    """The table is used wherever the grader asks, but for weights far from those of the file."""
    untrained(work)
    gated = GATED.replace(
        "torch.equal(state[name], KEY[name])",
        "(state[name] - KEY[name]).norm() < 0.1 * KEY[name].norm()",
    )
    lost_all(graded(assignment, work, table + FAKE_MODEL + gated), "says more than")


MADE_UP = """
def align(sentence):
    encoded = encode_sources([sentence], source_vocabulary)
    source = tokenize(sentence)
    target = target_vocabulary.decode(greedy_decode(model, *encoded, 1, 2, 12)[0][0])
    weights = torch.tensor([[float(one == other) + 0.01 for other in source] for one in target])
    return source, target, weights / weights.sum(dim=-1, keepdim=True)
"""


def test_a_map_made_up_from_the_words_is_not_the_models(assignment, work):
    tests = graded(assignment, work, MADE_UP, "alignment")
    lost_all(tests, "not what the decoder of your trained `model` returned")


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
def test_align_must_not_touch_the_model(assignment, work, what):
    fake = (
        MADE_UP.replace("def align", "def made_up")
        + f"""
def align(sentence):
    source, target, weights = made_up(sentence)
    kept = weights.unsqueeze(0)
{FAKES_OF_THE_MODEL[what]}
    return source, target, weights
"""
    )
    assert [test.fraction for test in graded(assignment, work, fake, "alignment")] == [0, 0]


def test_words_that_the_model_would_not_say_earn_no_alignment(assignment, work):
    fake = """
def align(sentence, honest=align):
    source = tokenize(sentence)
    ids, lengths = encode_sources([sentence], source_vocabulary)
    target_ids = torch.tensor([[BOS, *target_vocabulary.encode(source), EOS]])
    with torch.no_grad():
        weights = model(ids, lengths, target_ids)[1][0, : len(source)]
    return source, source, weights
"""
    lost_all(graded(assignment, work, fake, "alignment"), "hardly would")
