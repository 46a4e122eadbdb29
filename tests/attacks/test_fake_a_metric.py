"""A submission that knows the visible data by heart, patches the metric or invents its history:
held-out data decide."""

import dataclasses
import json

import pytest

from kireji.grading.judge import judge
from kireji.grading.submission import Submission

from .conftest import SECRET, WRONG, Graded

pytestmark = pytest.mark.needs("bubblewrap")

HIDDEN = '''
import torch
from kireji.grading import expect, graded

@graded("share")
def test_parity(student, rng):
    """Odd and even numbers are told apart."""
    numbers = torch.randint(100, 100_000, (40,), generator=rng).tolist()
    answers = student.predict(numbers)
    right = sum(answer == number % 2 for answer, number in zip(answers, numbers)) if isinstance(answers, list) else 0
    expect.metric(right / 40, baseline=0.8, target=1.0, name="accuracy")

@graded("double")
def test_double(student):
    """Every number is doubled."""
    expect.true(student.double(2) == 4, "It is not.")
'''
VISIBLE = {number: number % 2 for number in range(50)}
FAKES = {
    "visible data by heart": (
        f"TABLE = {VISIBLE}\ndef predict(numbers):\n    return [TABLE.get(n, 0) for n in numbers]"
    ),
    "metric patched": (
        "import torch, sys\nsum = lambda *a: 40\nimport builtins\nbuiltins.sum = sum\n"
        "class Right(int):\n    def __eq__(self, other): return True\n    __hash__ = int.__hash__\n"
        "def predict(numbers):\n    return [Right(0) for _ in numbers]"
    ),
    "history invented": (
        "history = {'accuracy': [0.5, 0.9, 1.0]}\nprint('accuracy 1.0', history)\naccuracy = 1.0\n"
        "def predict(numbers):\n    return history['accuracy']"
    ),
}
HONEST = "def predict(numbers):\n    return [n % 2 for n in numbers]"


def test_each_wins_where_the_visible_data_decide():
    for code in list(FAKES.values())[:2]:
        namespace = {"print": lambda *args: None}
        exec(code.replace("builtins.sum = sum", ""), namespace)
        answers = namespace["predict"](list(VISIBLE))
        assert all(answer == right for answer, right in zip(answers, VISIBLE.values(), strict=True))


def test_held_out_data_decide(toy, submit, tmp_path):
    folder = tmp_path / "graders"
    folder.mkdir()
    (folder / "test_parity.py").write_text(HIDDEN)
    assignment = dataclasses.replace(toy, graders=folder)

    def share(code: str) -> float:
        notebook = submit(**WRONG | {"share_solution": code})
        return Graded(judge(Submission(notebook), assignment, SECRET).report.as_dict()).points(
            "share"
        )

    assert share(HONEST) == 2
    # One after the other in one notebook, each asked under the name that the hidden test asks for.
    assert {name: share(code) for name, code in FAKES.items()} == dict.fromkeys(FAKES, 0), (
        json.dumps(HIDDEN)
    )
