"""Answers of a strange kind: a message that names what was expected and what came; never a crash,
never full marks."""

import pytest
import torch

from kireji.testing import StudentError, expect
from kireji.testing.expect import Mistake

from .conftest import kernel

pytestmark = pytest.mark.needs("bubblewrap")

ODD = {
    "nan": "torch.full((2, 3), float('nan'))",
    "inf": "torch.full((2, 3), float('inf'))",
    "large": "torch.full((2, 3), 1e38)",
    "negative": "torch.full((2, 3), -1.0)",
    "a shape that broadcasts": "torch.ones(1, 3)",
    "one number": "torch.tensor(1.0)",
    "transposed": "torch.ones(3, 2)",
    "complex": "torch.ones(2, 3, dtype=torch.complex64)",
    "bool": "torch.ones(2, 3, dtype=torch.bool)",
    "meta": "torch.ones(2, 3, device='meta')",
    "sparse": "torch.eye(2, 3).to_sparse()",
    "text": "'full marks'",
    "none": "None",
    "a plain number": "1.0",
    "a huge number": "10 ** 400",
    "numpy": "torch.ones(2, 3).numpy()",
    "a type": "int",
    "a generator": "(x for x in range(3))",
    "a module": "torch.nn.Linear(1, 1)",
    "many": "[torch.ones(2, 3)] * 2",
    "bytes": "b'1' * 100",
    "endless": "endless",
    "deep": "deep",
    "large tensor": "big()",
    "long text": "'x' * 10 ** 8",
    "list": "[[1.0] * 3] * 2",
    "surrogate": "chr(0xd800)",
    "liar": "Liar()",
    "quantised": "torch.quantize_per_tensor(torch.ones(2, 3), 1.0, 0, torch.qint8)",
}
SAME = {
    "float64": "torch.ones(2, 3, dtype=torch.float64)",
    "not contiguous": "torch.ones(3, 2).T",
    "requires grad": "torch.ones(2, 3, requires_grad=True)",
    "parameter": "torch.nn.Parameter(torch.ones(2, 3))",
}
CODE = f"""
import torch
endless = []
endless.append(endless)
deep = []
for _ in range(10_000):
    deep = [deep]
def big():
    return torch.empty(2**29, dtype=torch.float32)      # 2 GiB asked for, none of it written to
class Liar:
    def __getattr__(self, name): raise RuntimeError("never")
    def __eq__(self, other): return True
    def __iter__(self): return iter([self])
    __class__ = torch.Tensor
ODD = {{ {", ".join(f"{name!r}: lambda: {code}" for name, code in (ODD | SAME).items())} }}
def give(name):
    return ODD[name]()
"""


@pytest.fixture(scope="module")
def ask():
    with kernel(CODE) as ask:
        yield ask


def test_comparing_without_care_would_accept_or_break():
    expected = torch.ones(2, 3)
    assert torch.allclose(torch.ones(1, 3), expected)  # broadcasts
    assert bool((torch.ones(2, 3, dtype=torch.bool) == expected).all())  # a bool equals a number
    with pytest.raises(RuntimeError):
        torch.allclose(torch.eye(2, 3).to_sparse(), expected)  # ends the hidden test


@pytest.mark.parametrize("name", ODD)
def test_an_odd_value_is_a_mistake_with_a_message(ask, name):
    with pytest.raises((Mistake, StudentError)) as raised:
        value = ask("give", name)
        expect.tensor(value, (2, 3), dtype=torch.float32)
        expect.close(value, torch.ones(2, 3))
    assert 10 < len(str(raised.value)) < 2000
    assert ask("give", "float64") is not None  # and the conversation goes on


@pytest.mark.parametrize("name", SAME)
def test_what_is_right_in_another_dress_is_right(ask, name):
    expect.close(ask("give", name), torch.ones(2, 3))


@pytest.mark.parametrize(
    "value",
    [
        "float('nan')",
        "float('inf')",
        "-5.0",
        "-0.0",
        "True",
        "'20'",
        "[20.0]",
        "torch.tensor(20.0)",
    ],
)
def test_an_odd_metric_is_worth_nothing_or_what_it_says(value):
    number = eval(value, {"torch": torch, "float": float})
    token = expect.measured.set([])
    try:
        expect.metric(expect.number(number), baseline=10, target=20, name="share")
        fraction = expect.measured.get()[0][0]
    except Mistake as mistake:
        assert "number" in str(mistake) or "finite" in str(mistake)
        fraction = 0.0
    finally:
        expect.measured.reset(token)
    assert fraction == (1.0 if "tensor" in value and fraction else 0.0)
