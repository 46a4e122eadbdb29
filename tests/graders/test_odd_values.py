"""Odd values get a message, never full marks, and never break a hidden test: whatever every
function of a notebook returns."""

import importlib
from pathlib import Path

import pytest

from tests.graders.bench import grade
from tests.graders.odd_names import OddNames

ODD = {
    "nothing": "None",
    "text": "'a tensor'",
    "a nested list": "[[[1.0, [2.0]], 'x']]",
    "NaN": "torch.full(SHAPE, float('nan'))",
    "not a number": "float('nan')",
    "infinity": "torch.full(SHAPE, float('inf'))",
    "huge": "torch.full(SHAPE, 1e308, dtype=torch.float64)",
    "negative": "torch.full(SHAPE, -1)",
    "complex": "torch.zeros(SHAPE, dtype=torch.complex64)",
    "bool": "torch.ones(SHAPE, dtype=torch.bool)",
    "sparse": "torch.eye(3).to_sparse()",
    "meta": "torch.ones(SHAPE, device='meta')",
    "scalar that broadcasts": "torch.tensor(1.0)",
    "empty": "torch.zeros(0)",
    "a pair of nothing": "(None, None)",
    "a triple": "(torch.ones(SHAPE), torch.ones(SHAPE), torch.ones(SHAPE))",
    "a pair of ones": "(torch.ones(SHAPE), torch.ones(SHAPE))",
    "a module": "torch",
    "an endless list": "(lambda x: (x.append(x), x)[1])([])",
}
# of the other assignments: the hidden tests share `expect`
FEW = ("nothing", "text", "NaN", "complex", "a pair of ones", "an endless list")
CODE = """
import torch
from torch import nn
SHAPE = (2, 3, 5)

def odd(*args, **kwargs):
    return {value}

class Odd(nn.Module):
    sizes = lambda self, *args: dict(
        W_query=nn.Linear(4, 7, bias=False),
        W_key=nn.Linear(6, 7, bias=False),
        v=nn.Linear(7, 1, bias=False),
    )

    def __init__(self, *args, **kwargs):
        super().__init__()
        for name, layer in self.sizes(*args).items():
            setattr(self, name, layer)

    def forward(self, *args, **kwargs):
        return odd()

"""


# Assignments are found by their folders: tests/graders/ASSIGNMENT/odd_names.py.
ASSIGNMENTS: dict[str, OddNames] = {
    path.parent.name: importlib.import_module(f"tests.graders.{path.parent.name}.odd_names").NAMES
    for path in sorted(Path(__file__).parent.glob("*/odd_names.py"))
}
WITH_ALL = next(iter(ASSIGNMENTS))


def submission(assignment: str, value: str) -> str:
    """Code in which everything that is asked for is there and gives `value`."""
    names = ASSIGNMENTS[assignment]
    lines = [f"{name} = odd" for name in names.functions.split()] + [
        f"class {name}(Odd): pass" for name in names.classes.split()
    ]
    lines += [f"{name}.sizes = {layers}" for name, layers in names.parts.items()] + [
        f"{name} = Odd()" for name in names.models.split()
    ]
    return names.before() + CODE.replace("{value}", value) + "\n".join(lines)


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        (assignment, value)
        for assignment in ASSIGNMENTS
        for value in (ODD if assignment == WITH_ALL else FEW)
    ],
)
def test_odd_values_earn_nothing(assignment, value):
    tests = [
        test
        for tests in grade(assignment, submission(assignment, ODD[value])).values()
        for test in tests
        if test.name not in ASSIGNMENTS[assignment].earned
    ]
    assert {test.name: test.fraction for test in tests if test.fraction} == {}
    assert {test.status for test in tests} <= {"failed", "error"}, {
        test.name: test.message for test in tests
    }
    assert all(test.message for test in tests)
