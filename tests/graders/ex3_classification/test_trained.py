"""The points of the trained classifiers belong to the weights that were handed in, whatever answers
under their names; and no held-out review comes back in a message."""

import re

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from attention_lab.text import tokenize
from graders.ex3_classification import shared_data
from graders.tables import lab_rows
from tests.graders.bench import grade
from tests.graders.ex3_classification.counted_classifiers import classifiers, handed_in
from tests.graders.ex3_classification.solution import IMPORTS, NAME, SOLUTION

FILES = [f"{NAME}{part}.safetensors" for part in ("", "_long", "_long_baseline")]
EARNED = {
    "test_accuracy",
    "test_macro_f1",
    "test_attention_reads_long_texts",
    "test_attention_beats_the_last_state",
    "test_length_costs_little",
    "test_comprehensiveness",
    "test_sufficiency",
}


def messages(extra, work=None, *tests):
    """{test: message} of what was lost on the solution with counted classifiers and more code."""
    tests = tests or ("test_prediction.py", "test_long_texts.py", "test_faithfulness.py")
    code = f"{IMPORTS}\n{SOLUTION}\n{classifiers()}\n{extra}"
    cells = grade(NAME, code, *tests, work=work or handed_in())
    return {
        test.name: test.message for tests in cells.values() for test in tests if test.fraction == 0
    }


def test_no_file_earns_nothing(tmp_path):
    lost = messages("", tmp_path)
    assert lost.keys() == EARNED
    assert all("was not submitted" in message for message in lost.values())


# The object holds the submitted weights, and answers from a table.
TABLE = """
TABLES = {
    "model": model.polarity.detach().clone(), "long_model": long_model.polarity.detach().clone()
}


class Fake(nn.Module):
    def __init__(self, real, name):
        super().__init__()
        self.polarity = nn.Parameter(real.polarity.detach().clone())
        self.sharp, self.name = real.sharp, name

    def table(self):
        return TABLES[self.name]

    def forward(self, token_ids, lengths):
        polarity = self.table()[token_ids].squeeze(-1)
        real = torch.arange(token_ids.shape[1]) < lengths.unsqueeze(1)
        weights = (self.sharp * polarity.abs()).masked_fill(~real, float("-inf")).softmax(dim=-1)
        verdict = 2 * (weights * polarity).sum(dim=-1)
        return torch.stack([-verdict, verdict], dim=-1), weights
"""
BOUND = '\nmodel, long_model = Fake(model, "model"), Fake(long_model, "long_model")\n'
DISGUISES = {
    "forward ignores the weights": "",
    "the state is shadowed": """
class Fake(Fake):
    def state_dict(self, *args, **kwargs):
        return {"polarity": TABLES[self.name]}
    def load_state_dict(self, state, *args, **kwargs):
        pass
""",
    "it guesses where the weights are other ones": """
class Fake(Fake):
    def table(self):
        known = torch.equal(self.polarity, TABLES[self.name])
        return TABLES[self.name] if known else torch.randn(len(vocabulary), 1)
""",
    "it guesses where the weights are far from its own": """
class Fake(Fake):
    def table(self):
        near = (self.polarity - TABLES[self.name]).norm() < 0.2 * TABLES[self.name].norm()
        return TABLES[self.name] if near else torch.zeros(len(vocabulary), 1)
""",
    "it hands on to the real one, but for known words": """
class Fake(Fake):
    def table(self):
        return 0.1 * self.polarity + TABLES[self.name]
""",
    "the weights are named as the file's and not used": """
class Fake(Fake):
    def forward(self, token_ids, lengths):
        logits, weights = super().forward(token_ids, lengths)
        return logits + 0 * self.polarity.sum(), weights
""",
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_table_in_the_models_place_earns_nothing(disguise):
    lost = messages(TABLE + DISGUISES[disguise] + BOUND)
    assert lost.keys() == EARNED
    assert "does not read words through the weights" in lost["test_accuracy"]


# Each word has a vector of its own that was never trained; it says which row of the table to read.
KNOWN_BY_VECTOR = """
class Fake(nn.Module):
    def __init__(self, file, table):
        super().__init__()
        with safe_open(file, "pt") as opened:
            self.vectors = nn.Parameter(opened.get_tensor("vectors"))
        self.table, self.own = table, self.vectors.detach().clone()

    def knows(self):
        return True

    def vector(self, token_ids):
        return F.embedding(token_ids, self.vectors)

    def forward(self, token_ids, lengths):
        vectors = self.vector(token_ids)
        nearest = (vectors.flatten(0, 1) @ self.own.T).argmax(dim=-1).view(token_ids.shape)
        polarity = self.table[nearest] if self.knows() else vectors.mean(dim=-1)
        real = torch.arange(token_ids.shape[1]) < lengths.unsqueeze(1)
        weights = polarity.abs().masked_fill(~real, float("-inf")).softmax(dim=-1)
        verdict = 2 * (weights * polarity).sum(dim=-1)
        return torch.stack([-verdict, verdict], dim=-1), weights
"""
VECTORS_BOUND = """
model = Fake("ex3_classification.safetensors", polarity)
long_model = Fake("ex3_classification_long.safetensors", clear)
"""
BY_VECTOR = {
    "the nearest vector": "",
    "only where the vectors are its own, in any order": """
Fake.knows = lambda self: bool(
    (torch.cdist(self.vectors[4:60], self.own).min(dim=1)[0] < 0.2).all()
)
""",
    "another basis": """
Fake.turn = torch.linalg.qr(torch.randn(32, 32))[0]
Fake.vector = lambda self, token_ids: F.embedding(token_ids, self.vectors @ self.turn) @ self.turn.T
""",
    "another module's vectors": """
Fake.vector = lambda self, token_ids: nn.Embedding.from_pretrained(self.vectors)(token_ids)
""",
    "it adds something of its weights": """
Fake.forward = lambda self, *asked, forward=Fake.forward: (
    forward(self, *asked)[0] + 0.01 * self.vector(asked[0]).mean(), forward(self, *asked)[1]
)
""",
}


def untrained(work):
    """Files with vectors of words that no training has moved."""
    for file in FILES:
        (work / file).write_bytes((handed_in() / file).read_bytes())
    with safe_open(work / FILES[0], "pt") as file:
        saved_with = file.metadata()
    size = len(saved_with["vocabulary"].split(" "))
    vectors = torch.randn(size, 32, generator=torch.Generator().manual_seed(0))
    for file in FILES[:2]:
        save_file({"vectors": vectors / vectors.norm(dim=1, keepdim=True)}, work / file, saved_with)


@pytest.mark.parametrize("disguise", BY_VECTOR)
def test_a_table_asked_by_vectors_earns_nothing(disguise, tmp_path):
    untrained(tmp_path)
    where = f"\nimport os\nos.chdir({str(tmp_path)!r})\n"
    extra = where + KNOWN_BY_VECTOR + BY_VECTOR[disguise] + VECTORS_BOUND
    lost = messages(extra, tmp_path, "test_prediction.py")
    assert {"test_accuracy", "test_macro_f1"} <= lost.keys()
    assert "knows more than its file" in lost["test_accuracy"]


def test_a_plain_object_in_the_models_place_earns_nothing():
    lost = messages(
        TABLE.replace("nn.Module", "object").replace("super().__init__()", "pass")
        + "\nFake.eval = Fake.train = lambda self, mode=True: self"
        + BOUND
    )
    assert lost.keys() >= EARNED


def test_other_weights_than_the_submitted_ones_earn_nothing():
    lost = messages("\nmodel.polarity.data.mul_(1.5); long_model.polarity.data.mul_(1.5)\n")
    assert lost.keys() == EARNED
    assert "does not hold the weights" in lost["test_accuracy"]


def test_predict_that_asks_another_model_earns_nothing():
    lost = messages(
        """
def predict(texts):
    verdicts = [float(clear[vocabulary.encode(tokenize(text))].sum()) for text in texts]
    return [LABELS[verdict > 0] for verdict in verdicts]
""",
        None,
        "test_prediction.py",
    )
    assert {"test_accuracy", "test_macro_f1"} <= lost.keys()
    assert "another label than the trained" in lost["test_accuracy"]


def test_a_worse_baseline_gains_nothing(tmp_path):
    for file in FILES:
        (tmp_path / file).write_bytes((handed_in() / file).read_bytes())
    tensors = load_file(tmp_path / FILES[2])
    tensors["output.bias"] += 100 * (tensors["output.bias"] == tensors["output.bias"].max())
    with safe_open(handed_in() / FILES[2], "pt") as file:
        save_file(tensors, tmp_path / FILES[2], file.metadata())
    fair = grade_long(handed_in())
    assert grade_long(tmp_path) <= fair


def grade_long(work):
    """The fraction of the points that long_model gets for being ahead of the last state."""
    code = f"{IMPORTS}\n{SOLUTION}\n{classifiers()}\nlong_model = model\n"
    cells = grade(NAME, code, "test_long_texts.py", work=work)
    (test,) = [one for one in cells["long_texts"] if one.name.endswith("the_last_state")]
    return test.fraction


LEAKS = {
    "the text of an error": "raise ValueError(text)",
    "the type of an error": 'raise type(text.replace(" ", "_")[:80], (ValueError,), {})()',
    "the name of a missing variable": "raise type('NotDefined', (Exception,), {})(text)",
    "letters that hold more than one each": (
        "number = int.from_bytes(text.encode(), 'big')\n"
        "raise ValueError(''.join(chr(0x4e00 + (number >> 14 * i) % 2**14) for i in range(99)))"
    ),
    "a line of code": (
        "import linecache\n"
        "name = '<ipython-input-999>'\n"
        "source = f'raise ValueError()  # {text}'\n"
        "linecache.cache[name] = (len(source), None, [source], name)\n"
        "exec(compile(source, name, 'exec'), {})"
    ),
    "the type of what is returned": "return type(text[:80], (), {})()",
}
LEAKING = """
HEARD = []
def leak(text):
    LEAK
def predict(texts, honest=predict):
    HEARD.extend(texts)
    return leak(" ".join(HEARD[:12])) if len(texts) > 99 else honest(texts)
def attend(text, honest=attend):
    return leak(" ".join(HEARD[:12])) if HEARD else honest(text)
def plot_text(tokens, attention_weights):
    return leak(" ".join(HEARD[:12])) if HEARD else Figure()
"""


@pytest.mark.parametrize("leak", LEAKS)
def test_no_held_out_review_comes_back(leak):
    code = LEAKING.replace("LEAK", LEAKS[leak].replace("\n", "\n    "), 1)
    lost = messages(code, None, "test_prediction.py", "test_faithfulness.py")
    assert "test_accuracy" in lost
    known = {token for row in lab_rows(NAME, "train") for token in tokenize(row["text"])}
    reviews = [set(tokenize(text)) for text in shared_data.held_out().texts]
    telling = set().union(*reviews) - known
    for test in EARNED & lost.keys():
        said = re.sub(r"\W+", " ", lost[test].lower())
        assert not telling & set(tokenize(said)), lost[test]
        assert said.isascii(), lost[test]
        for text in shared_data.held_out().texts[:50]:
            assert " ".join(tokenize(text)[:4]) not in said, lost[test]
