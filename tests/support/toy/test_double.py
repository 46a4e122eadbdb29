"""The hidden tests of the toy assignment that the engine's own tests grade with."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from kireji.testing import expect, graded


@graded("double", weight=3)
def test_values(student, rng):
    """Every number is doubled."""
    x = torch.randn(2, 3, generator=rng)
    expect.close(
        student.double(x),
        2 * x,
        hint="Multiply by two.",
        diagnoses={"the numbers were squared": x**2},
    )


@graded("double", weight=1)
@given(length=st.integers(0, 5))
def test_any_length(student, length):
    """Tensors of every length keep their shape."""
    result = student.double(torch.ones(length))
    expect.tensor(result, (length,))


@graded("share")
def test_share(student, attach):
    """How much of the way is done."""
    attach(b"\x89PNG", "a picture")
    expect.metric(expect.number(student.share()), baseline=10, target=20, name="share")
