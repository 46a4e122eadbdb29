"""The smallest input on which an answer is wrong, found by Hypothesis and shown beside the message.

A hidden test of a function of tensors wraps its checks:

    with smallest(student.causal_mask, reference.causal_mask, T=size("T")):
        ...

Where the block finds a Mistake, small inputs are drawn and shrunk until the student's function and
the reference differ. Where it finds none, nothing is drawn and nothing is asked. Never use it with
held-out data, because the input and the expected answer are shown.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import Random
from typing import Any

import torch
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from torch import Tensor

from kireji.sandbox.channel import CallError
from kireji.testing import isolation
from kireji.testing.expect import Mistake, agree, kind
from kireji.testing.report import CounterExample

MAX_TRIES = 40  # inputs that the student's function is asked about
MAX_SECONDS = 4.0  # after which no other input is tried
MAX_SIZES = {0.75: 2, 1.0: 3}  # the share of tries after which axes may be longer than this
MAX_CHARACTERS = 400  # of a value in a report

SETTINGS = settings(
    phases=(Phase.generate, Phase.shrink),
    max_examples=200,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class Sizes(dict[str, int]):
    """The sizes of the axes of one input, by name; none is larger than `largest`."""

    def __init__(self, largest: int) -> None:
        super().__init__()
        self.largest = largest


Input = Callable[[st.DrawFn, Sizes], Any]  # draws a value; axes of one name have one size


class _EnoughError(BaseException):
    """Ends a search. Hypothesis would take an Exception for a failure, and shrink it."""


@contextmanager
def smallest(
    call: Callable[..., Any], right: Callable[..., Any], /, **inputs: Input
) -> Iterator[None]:
    """Add the smallest input found on which `call` differs from `right` to a Mistake in the block.

    Both get the values of `inputs` in their order, and return what is compared, a tensor or a
    number. `call` asks the student's function; `right` returns None for what no student is asked.
    """
    try:
        yield
    except Mistake as mistake:
        # What is right with a stand-in in the place of an earlier part would puzzle a student.
        if not isolation.any_stand_in():
            mistake.counter_example = search(call, right, inputs)
        raise


def search(
    call: Callable[..., Any], right: Callable[..., Any], inputs: dict[str, Input]
) -> CounterExample | None:
    """The smallest input found on which the two differ, or None. An input on which `call` raises
    is no such input: that is another mistake."""
    tried: dict[str, bool] = {}
    best: tuple[tuple[float, float], CounterExample] | None = None
    tries, lost = MAX_TRIES, False
    until = time.monotonic() + MAX_SECONDS

    @st.composite
    def values(draw: st.DrawFn, largest: int) -> list[Any]:
        sizes = Sizes(largest)
        return [one(draw, sizes) for one in inputs.values()]

    def differs(drawn: list[Any]) -> bool:
        nonlocal best, lost
        texts = [as_text(value) for value in drawn]
        if (key := "|".join(texts)) in tried:
            return tried[key]
        if len(tried) >= tries or time.monotonic() > until:
            raise _EnoughError
        expected = right(*(_copy(value) for value in drawn))
        try:
            came = expected if expected is None else call(*drawn)
        except (Mistake, CallError):
            came = expected
        except Exception as error:  # the sandbox is lost, which the next request will say
            lost = True
            raise _EnoughError from error
        tried[key] = came is not expected and not agree(_as_tensor(came), _as_tensor(expected))
        if tried[key] and (best is None or _size(drawn) < best[0]):
            given = dict(zip(inputs, texts, strict=True))
            best = _size(drawn), CounterExample(given, as_text(expected), as_text(came))
        return tried[key]

    for share, largest in MAX_SIZES.items():
        tries = int(share * MAX_TRIES)
        if best is None and not lost:
            with suppress(HypothesisException, _EnoughError):
                # One seed for all: an example is shown, so there is nothing to keep from anybody.
                find(values(largest), differs, settings=SETTINGS, random=Random(0))
    return best[1] if best else None


def numbers(axes: str) -> Input:
    """A float tensor with these axes ("B T_q d_k"), of small whole numbers."""
    return _filled(axes, lambda draw, sizes: st.integers(-2, 2), torch.float32)


def ids(axes: str, low: int | str, high: int | str) -> Input:
    """A tensor of whole numbers from `low` to `high`, each a number or the name of an axis."""

    def element(draw: st.DrawFn, sizes: Sizes) -> st.SearchStrategy[int]:
        limits = [_axis(draw, sizes, x) if isinstance(x, str) else x for x in (low, high)]
        return st.integers(*limits)

    return _filled(axes, element, torch.long)


def booleans(axes: str, some: bool = True) -> Input:
    """A bool tensor; with `some`, each row of the last axis has a True."""

    def draw_rows(draw: st.DrawFn, sizes: Sizes) -> Tensor:
        shape = _shape(draw, sizes, axes)
        row = st.lists(st.sampled_from([True, False]), min_size=shape[-1], max_size=shape[-1])
        rows = torch.Size(shape[:-1]).numel()
        drawn = draw(st.lists(row.filter(any) if some else row, min_size=rows, max_size=rows))
        return torch.tensor(drawn, dtype=torch.bool).view(shape)

    return draw_rows


def size(axis: str, largest: int | None = None) -> Input:
    """A whole number from 1: the size of an axis."""
    return lambda draw, sizes: _axis(draw, sizes, axis, largest)


def chosen(*values: Any) -> Input:
    """One of these; the first ones are the smallest. A text tells the reader what is the same in
    every input."""
    return lambda draw, sizes: draw(st.sampled_from(values))


def as_text(value: Any) -> str:
    """A value as a report shows it: numbers to three digits, a row a line."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, Tensor):
        text = _nested(value.tolist(), 0)
    elif isinstance(value, (bool, int, float)):
        text = _number_text(value)
    else:
        text = kind(value)
    return text if len(text) <= MAX_CHARACTERS else kind(value)


def _filled(
    axes: str,
    element: Callable[[st.DrawFn, Sizes], st.SearchStrategy[int]],
    dtype: torch.dtype,
) -> Input:
    def draw_all(draw: st.DrawFn, sizes: Sizes) -> Tensor:
        shape = _shape(draw, sizes, axes)
        n = torch.Size(shape).numel()
        drawn = draw(st.lists(element(draw, sizes), min_size=n, max_size=n))
        return torch.tensor(drawn, dtype=dtype).view(shape)

    return draw_all


def _shape(draw: st.DrawFn, sizes: Sizes, axes: str) -> list[int]:
    return [int(name) if name.isdigit() else _axis(draw, sizes, name) for name in axes.split()]


def _axis(draw: st.DrawFn, sizes: Sizes, name: str, largest: int | None = None) -> int:
    if name not in sizes:
        sizes[name] = draw(st.integers(1, largest or sizes.largest))
    return sizes[name]


def _copy(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value


def _as_tensor(value: Any) -> Any:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return torch.tensor(value, dtype=torch.float64) if is_number else value


def _size(drawn: list[Any]) -> tuple[float, float]:
    """How much there is to read, and how large its numbers are."""
    tensors = [torch.as_tensor(v).double() for v in drawn if not isinstance(v, str)]
    return sum(t.numel() for t in tensors), sum(float(t.abs().sum()) for t in tensors)


def _nested(value: Any, depth: int) -> str:
    if not isinstance(value, list):
        return _number_text(value)
    between = ",\n" + " " * (depth + 1) if value and isinstance(value[0], list) else ", "
    return f"[{between.join(_nested(item, depth + 1) for item in value)}]"


def _number_text(value: bool | float) -> str:
    return str(value) if isinstance(value, (bool, int)) else f"{value:.3g}"
