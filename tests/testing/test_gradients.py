"""Gradients are believed as far as the outputs bear them out."""

import pytest
import torch

from kireji.testing import Mistake
from kireji.testing.gradients import reaches_inputs, reaches_parameters
from kireji.testing.student import Student
from tests.graders.bench import serving

CODE = """
import torch
from torch import nn

class Honest(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3, 4), nn.Linear(4, 2)
    def forward(self, x):
        return torch.tanh(self.first(x)), self.second(torch.tanh(self.first(x)))

class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.output = nn.Embedding(5, 3), nn.Linear(3, 5, bias=False)
        self.output.weight = self.table.weight
    def forward(self, x):
        return self.output(torch.tanh(x @ self.table.weight.T) @ self.table.weight)

class Detached(Honest):
    def forward(self, x):
        return torch.tanh(self.first(x)), self.second(torch.tanh(self.first(x)).detach())

class Unused(Honest):
    def forward(self, x):
        return torch.tanh(self.first(x)), torch.tanh(self.first(x))

class Said:
    def __init__(self, parameter):
        self.grad = torch.ones_like(parameter)

class ForgedDetached(Detached):
    def named_parameters(self, *a, **k):
        return [(name, Said(parameter)) for name, parameter in super().named_parameters()]

class ForgedUnused(Unused):
    def named_parameters(self, *a, **k):
        return [
            (name, Said(parameter) if parameter.grad is None else parameter)
            for name, parameter in super().named_parameters()
        ]

class Silent(nn.Module):
    def forward(self, x):
        return x

def through(x, scale):
    return (scale * x).tanh()

def around(x, scale):
    return (scale * x).tanh() + (x - x.detach())
"""


@pytest.fixture(scope="module")
def student():
    with serving(CODE) as channel:
        yield Student(channel)


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(3)


@pytest.mark.parametrize(("name", "of"), [("Honest", (0, 1)), ("Honest", (1,)), ("Tied", None)])
def test_an_honest_module_learns(student, rng, name, of):
    module = student.make(name)
    before = module.parameters()
    reaches_parameters(module, (torch.randn(2, 3, generator=rng),), rng, of=of)
    assert all(torch.equal(before[key], value) for key, value in module.parameters().items())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Detached", "No gradient reaches first.weight"),
        ("Unused", "No gradient reaches second.weight"),
        ("Silent", "no parameters"),
        ("ForgedDetached", "is not that of what is returned"),
        ("ForgedUnused", "No gradient reaches second.weight"),
    ],
)
def test_what_does_not_learn_is_told(student, rng, name, says):
    with pytest.raises(Mistake, match=says):
        reaches_parameters(
            student.make(name),
            (torch.randn(2, 3, generator=rng),),
            rng,
            of=None if name == "Silent" else (1,),
        )


def test_inputs(student, rng):
    x = torch.randn(2, 3, generator=rng)
    reaches_inputs(student.through, (x, 2.0), rng, {0: "input"}, of=None)
    with pytest.raises(Mistake, match="The gradient of the input is not that"):
        reaches_inputs(student.around, (x, 2.0), rng, {0: "input"}, of=None)
