"""Odd values get a message, never full marks, and never break a hidden test."""

import pytest
from tests.graders.bench import grade

NAME = "ex1_translation"
ODD = {
    "nothing": "None",
    "text": "'a tensor'",
    "a nested list": "[[[1.0, [2.0]], 'x']]",
    "NaN": "torch.full(SHAPE, float('nan'))",
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
CODE = """
import torch
from torch import nn
SHAPE = (2, 3, 5)

def odd(*args, **kwargs):
    return {value}

class Odd(nn.Module):
    def __init__(self, *args, **kwargs):
        super().__init__()
        self.W_query = nn.Linear(4, 7, bias=False)
        self.W_key = nn.Linear(6, 7, bias=False)
        self.v = nn.Linear(7, 1, bias=False)

    def forward(self, *args, **kwargs):
        return odd()

padding_mask = sequence_loss = train_step = greedy_decode = beam_decode = translate = align = odd
AdditiveAttention = Encoder = AttentionDecoder = Odd
model = Odd()
"""


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_odd_values_earn_nothing(value):
    cells = grade(NAME, CODE.format(value=value))
    assert {test.status for tests in cells.values() for test in tests} <= {"failed", "error"}
    assert all(test.message for tests in cells.values() for test in tests)
    assert {test.name: test.fraction for tests in cells.values() for test in tests if test.fraction} == {}
