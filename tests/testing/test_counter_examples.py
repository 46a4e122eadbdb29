"""A wrong function's smallest failing input is found in a few calls; a right one costs none."""

import pytest
import torch

from kireji.testing import Mistake, isolation
from kireji.testing.counter_examples import (
    MAX_TRIES,
    as_text,
    booleans,
    chosen,
    ids,
    numbers,
    size,
    smallest,
)


def example(call, right, **inputs):
    with pytest.raises(Mistake) as raised, smallest(call, right, **inputs):
        raise Mistake("It is wrong.")
    return raised.value.counter_example


def causal(T):
    return torch.ones(T, T, dtype=torch.bool).tril()


def test_the_smallest_input_is_shown_with_both_answers():
    found = example(lambda T: causal(T).mT, causal, T=size("T", 5))
    assert found.rows == [
        ("T", "2"),
        ("expected", "[[True, False],\n [True, True]]"),
        ("yours", "[[True, True],\n [False, True]]"),
    ]


def test_tensors_shrink_in_size_and_in_their_numbers():
    found = example(lambda x, y: x + y * (y > 0), torch.add, x=numbers("B T"), y=numbers("B T"))
    assert found.inputs == {"x": "[[0]]", "y": "[[-1]]"}
    assert (found.expected, found.came) == ("[[-1]]", "[[0]]")


def test_a_right_function_is_never_asked():
    calls = []
    with smallest(calls.append, calls.append, x=numbers("T")):
        pass
    assert not calls


def test_calls_are_few_even_where_nothing_is_found():
    calls = []

    def own(x):
        calls.append(x)
        return x

    assert example(own, torch.clone, x=numbers("B T_q T_k")) is None
    assert 0 < len(calls) <= MAX_TRIES


def test_the_same_search_finds_the_same():
    def own(x, mask):
        return x.masked_fill(~mask, 0.0) + x.sum() * mask.all()

    def right(x, mask):
        return x.masked_fill(~mask, 0.0)

    inputs = {"x": numbers("B T"), "mask": booleans("B T")}
    assert example(own, right, **inputs) == example(own, right, **inputs)


def test_what_raises_or_is_not_asked_is_no_example():
    def own(x):
        raise Mistake("another one")

    assert example(own, torch.clone, x=numbers("T")) is None
    assert example(lambda x: -x, lambda x: None, x=numbers("T")) is None


def test_a_lost_sandbox_ends_the_search():
    calls = []

    def own(x):
        calls.append(x)
        raise EOFError

    assert example(own, torch.clone, x=numbers("T")) is None
    assert len(calls) == 1


def test_nothing_is_shown_while_a_stand_in_is_in_place(monkeypatch):
    monkeypatch.setattr(isolation, "any_stand_in", lambda: True)
    assert example(lambda T: causal(T).mT, causal, T=size("T")) is None


def test_inputs_keep_to_their_kinds():
    seen = []

    def right(lengths, mask, scale, note):
        seen.append((lengths, mask, scale, note))
        return lengths

    inputs = {
        "lengths": ids("B", 1, "T"),
        "mask": booleans("B T"),
        "scale": chosen(1.0, 2.0),
        "note": chosen("the identity"),
    }
    example(lambda lengths, *rest: lengths, right, **inputs)
    assert len({tuple(mask.shape) for _, mask, *_ in seen}) > 1
    for lengths, mask, scale, note in seen:
        assert lengths.shape == mask.shape[:1] and mask.any(dim=-1).all()
        assert lengths.min() >= 1 and lengths.max() <= mask.shape[1]
        assert scale in (1.0, 2.0) and note == "the identity"


def test_values_are_written_to_be_read():
    assert as_text(torch.tensor([[[0.12345, 1.0]], [[float("nan"), -2.0]]])) == (
        "[[[0.123, 1]],\n [[nan, -2]]]"
    )
    assert as_text(torch.zeros(300)) == "a float32 tensor of shape (300,)"
    assert as_text(None) == "None" and as_text(True) == "True"
