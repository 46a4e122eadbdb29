"""The words of `expect`: right answers pass in silence, wrong ones are told where and how, never
what is right."""

import math

import numpy as np
import pytest
import torch

from kireji.testing import Mistake, expect
from kireji.testing.report import Metric
from kireji.wire import Opaque


def message(call):
    with pytest.raises(Mistake) as raised:
        call()
    return str(raised.value)


RIGHT = torch.tensor([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize("actual", [RIGHT, RIGHT.double(), RIGHT + 1e-6])
def test_what_is_right_passes(actual):
    expect.close(actual, RIGHT)


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (None, "None came"),
        ("text", "text came"),
        ([1, 2], "a list of 2 came"),
        (np.ones((2, 2)), "numpy array of shape (2, 2)"),
        (Opaque("Tensor", "dtype complex64"), "Tensor (dtype complex64)"),
        (RIGHT[0], "shape (2, 2), but it has shape (2,)"),
        (RIGHT[:1], "it has shape (1, 2)"),
        (RIGHT.long(), "floating-point"),
        (RIGHT * math.nan, "4 of 4 numbers in the result are NaN"),
        (RIGHT / 0, "infinite"),
        (
            RIGHT + torch.tensor([[0, 0], [0, 0.5]]),
            "1 of 4 numbers in the result are wrong; the largest error is 0.5 at [1, 1]",
        ),
        (torch.full((2, 2), 1e308, dtype=torch.float64), "4 of 4"),
        (-RIGHT, "4 of 4"),
    ],
)
def test_what_is_wrong_is_named(actual, words):
    text = message(lambda: expect.close(actual, RIGHT, hint="Look again."))
    assert words in text
    assert "3." not in text.replace("0.5", "") or "largest error" in text


def test_a_known_mistake_is_named_before_anything_else():
    diagnoses = {"it was not scaled": RIGHT * 2, "it was transposed": lambda: RIGHT.T}
    assert (
        message(lambda: expect.close(RIGHT.T, RIGHT, "Hint.", diagnoses))
        == "It looks as if it was transposed. Hint."
    )
    assert "wrong" in message(lambda: expect.close(RIGHT + 1, RIGHT, "Hint.", diagnoses))


def test_a_diagnosis_that_is_right_names_nothing():
    expect.close(RIGHT, RIGHT, diagnoses={"the same": RIGHT})


def test_bools_and_integers_are_held_to_their_kind():
    expect.tensor(torch.tensor([True]), (1,), torch.bool)
    expect.tensor(torch.tensor([1], dtype=torch.int32), (1,), torch.int64)
    assert "bool" in message(lambda: expect.tensor(torch.tensor([1]), (1,), torch.bool))
    assert "whole numbers" in message(
        lambda: expect.tensor(torch.tensor([True]), (1,), torch.int64)
    )


def test_rows_and_zeros():
    weights = torch.tensor([[0.5, 0.5, 0.0]])
    expect.rows_sum_to_one(weights)
    expect.zero_where(weights, torch.tensor([False, False, True]))
    assert "one sums to 0.6" in message(
        lambda: expect.rows_sum_to_one(weights - torch.tensor([0.4, 0, 0]))
    )
    assert "negative" in message(lambda: expect.rows_sum_to_one(torch.tensor([[1.5, -0.5]])))
    assert "1 of 1 masked places" in message(
        lambda: expect.zero_where(weights, torch.tensor([True, False, False]))
    )
    assert "NaN" in message(lambda: expect.rows_sum_to_one(weights * math.nan))
    assert "masked" in message(
        lambda: expect.zero_where(weights * math.nan, torch.tensor([True, False, False]))
    )


def test_numbers_and_tuples():
    assert expect.number(torch.tensor(2.0)) == 2 and expect.number(3) == 3
    for bad in (True, None, "3", math.nan, math.inf, torch.ones(2)):
        message(lambda bad=bad: expect.number(bad))
    assert expect.returns([1, 2], "context", "attention_weights") == (1, 2)
    assert "(context, attention_weights), but a float32 tensor" in message(
        lambda: expect.returns(RIGHT, "context", "attention_weights")
    )


@pytest.mark.parametrize(
    ("value", "fraction"),
    [(10, 0), (5, 0), (15, 0.5), (20, 1), (30, 1), (math.nan, 0), (math.inf, 0)],
)
def test_a_metric_is_a_fraction_of_the_way(value, fraction):
    token = expect.measured.set([])
    assert expect.metric(value, 10, 20, "BLEU") == fraction
    kept = value if math.isfinite(value) else None
    assert expect.measured.get()[-1][2] == Metric("BLEU", kept, 10, 20)
    assert expect.measured.get()[0][0] == fraction
    expect.measured.reset(token)


def test_an_error_is_expected_and_what_is_not_written_is_missing():
    def raising(type_name):
        def call():
            raise expect.StudentError(type_name, "", "")

        return call

    expect.raises("ValueError", raising("ValueError"))
    assert (
        message(lambda: expect.raises("ValueError", raising("TypeError")))
        == "Expected ValueError, but the call raised TypeError."
    )
    assert (
        message(lambda: expect.raises("ValueError", lambda: None))
        == "Expected ValueError, but the call returned None."
    )
    for missing in ("NotImplementedError", "NotDefined"):
        with pytest.raises(expect.StudentError):
            expect.raises("ValueError", raising(missing))
