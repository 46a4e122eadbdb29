"""What hidden tests expect of an answer, and the words in which a student reads that it is
otherwise.

Nothing here shows an expected value: a message says where and by how much, never what would have
been right.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np
import torch

from kireji.sandbox.channel import CallError as StudentError
from kireji.testing import held_out
from kireji.testing.diagnoses import swapped_axes
from kireji.testing.mistakes import NAMED as NAMED
from kireji.testing.mistakes import Diagnosis as Diagnosis
from kireji.testing.mistakes import Mistake as Mistake
from kireji.testing.mistakes import named as named
from kireji.testing.report import Metric
from kireji.wire import Opaque

# the running test's metrics: the fraction earned, the sentence for the student, the value
measured: ContextVar[list[tuple[float, str, Metric]]] = ContextVar("measured")


def kind(value: Any) -> str:
    """How a message names what came: `a tensor of shape (2, 3)`, `None`, `text`, ..."""
    if value is None:
        return "None"
    if isinstance(value, torch.Tensor):
        return f"a {str(value.dtype).removeprefix('torch.')} tensor of shape {tuple(value.shape)}"
    if isinstance(value, Opaque):
        return f"a value of type {held_out.opaque(value)}"
    if isinstance(value, np.ndarray):
        return f"a numpy array of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    names = {str: "text", bool: "a bool", int: "an int", float: "a float", dict: "a dict"}
    return names.get(type(value), f"a value of type {type(value).__name__}")


def axes(value: Any, names: Sequence[str], sizes: Sequence[int], name: str) -> torch.Tensor:
    """`value` if it is a floating tensor of these sizes; if they came in another order, the Mistake
    says which.

    names: what the axes are called, such as ("B", "T_q", "T_k")"""
    found = tensor(value, name=name)
    swapped = swapped_axes(found.shape, names, sizes)
    true(swapped is None, f"{name}: {swapped}.", "swapped_axes")
    true(
        tuple(found.shape) == tuple(sizes),
        f"{name} should have shape ({', '.join(names)}) = {tuple(sizes)} and has"
        f" {tuple(found.shape)}.",
    )
    return found


def unchanged(before: Sequence[Any], after: Sequence[Any], names: Sequence[str]) -> None:
    """Mistake unless each tensor argument is after the call what it was before."""
    for name, was, now in zip(names, before, after, strict=True):
        true(
            not isinstance(was, torch.Tensor)
            or isinstance(now, torch.Tensor)
            and torch.equal(was, now),
            f"The input {name} is changed in place: operations that end in _ (masked_fill_, add_)"
            " and +=, *= do that.",
            "input_changed_in_place",
        )


def true(condition: bool, message: str, diagnosis: str = "") -> None:
    """Mistake with `message` unless the condition holds.

    diagnosis: the identifier of the mistake, where the message names one."""
    if not condition:
        raise Mistake(message, diagnosis)


def never(condition: bool, mistake: str, hint: str = "") -> None:
    """Mistake "It looks as if {mistake}." where the condition holds."""
    if condition:
        raise named(mistake, hint)


def returns(result: Any, *names: str) -> tuple[Any, ...]:
    """`result` as a tuple of as many values as there are names; Mistake otherwise."""
    if not isinstance(result, (tuple, list)) or len(result) != len(names):
        raise Mistake(
            f"Expected {len(names)} values, ({', '.join(names)}), but {kind(result)} was returned."
        )
    return tuple(result)


def number(value: Any, name: str = "the result") -> float:
    """`value` as a finite float: a number, or a tensor with one element. Mistake otherwise."""
    if isinstance(value, torch.Tensor) and value.numel() == 1:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Mistake(f"Expected {name} to be a number, but {kind(value)} came.")
    if not math.isfinite(value):
        raise Mistake(f"Expected {name} to be a finite number, but {value} came.")
    return float(value)


def tensor(
    value: Any,
    shape: Sequence[int] | None = None,
    dtype: torch.dtype | None = None,
    name: str = "the result",
) -> torch.Tensor:
    """`value` if it is a tensor of this shape; any floating dtype serves where a floating one is
    expected.

    dtype: torch.bool and integer dtypes are held to; None expects a floating tensor. Mistake names
    both sides.
    """
    if not isinstance(value, torch.Tensor):
        raise Mistake(f"Expected {name} to be a torch tensor, but {kind(value)} came.")
    if shape is not None and tuple(value.shape) != tuple(shape):
        raise Mistake(
            f"Expected {name} to have shape {tuple(shape)}, but it has shape {tuple(value.shape)}."
        )
    floating = dtype is None or dtype.is_floating_point
    integral = not floating and dtype != torch.bool
    fits = (
        value.is_floating_point()
        if floating
        else value.dtype == dtype
        or (integral and not value.is_floating_point() and value.dtype != torch.bool)
    )
    if not fits:
        wanted = (
            "floating-point numbers"
            if floating
            else "whole numbers"
            if integral
            else "bool (True and False)"
        )
        raise Mistake(f"Expected {name} to hold {wanted}, but it is {kind(value)}.")
    return value


def finite(value: torch.Tensor, name: str = "the result", hint: str = "") -> torch.Tensor:
    """`value` if it has neither NaN nor infinities; Mistake says how many, and of which."""
    bad = ~torch.isfinite(value)
    if bad.any():
        what = "NaN" if torch.isnan(value).any() else "infinite"
        raise Mistake(
            _sentence(f"{int(bad.sum())} of {value.numel()} numbers in {name} are {what}.", hint)
        )
    return value


def close(
    actual: Any,
    expected: torch.Tensor,
    hint: str = "",
    diagnoses: Mapping[str, Any] | None = None,
    name: str = "the result",
    rtol: float = 1e-3,
    atol: float = 1e-4,
) -> torch.Tensor:
    """`actual` if it is a finite floating tensor close to `expected`; else a Mistake that says
    where and how far off.

    diagnoses: a known mistake (a Diagnosis, or text) -> the value it leads to, or a function that
    gives it. The first that `actual` agrees with is named: "It looks as if {mistake}."
    """
    found = tensor(actual, expected.shape, expected.dtype, name)
    if agree(found, expected, rtol, atol):
        return found
    for description, wrong in (diagnoses or {}).items():
        wrong = wrong() if callable(wrong) else wrong
        if agree(found, wrong, rtol, atol) and not agree(wrong, expected, rtol, atol):
            raise named(description, hint)
    if expected.dtype.is_floating_point and torch.isfinite(expected).all():
        finite(actual, name, hint)
    raise Mistake(_sentence(_difference(actual, expected, name), hint))


def zero_where(
    actual: torch.Tensor, where: torch.Tensor, hint: str = "", name: str = "the attention weights"
) -> None:
    """Mistake unless `actual` is exactly 0 wherever `where` (broadcast to it) is True."""
    values = actual[where.expand_as(actual)]
    if wrong := int((values != 0).sum()):
        largest = values.abs().nan_to_num(posinf=math.inf).max().item()
        raise Mistake(
            _sentence(
                f"{wrong} of {values.numel()} masked places in {name} are not exactly 0 "
                f"(the largest is {largest:.3g}).",
                hint,
            )
        )


def rows_sum_to_one(
    actual: torch.Tensor, hint: str = "", name: str = "the attention weights"
) -> None:
    """Mistake unless `actual` is non-negative and sums to 1 over its last dimension."""
    finite(actual, name, hint)
    if (actual < 0).any():
        raise Mistake(
            _sentence(
                f"Some of {name} are negative (the smallest is {actual.min().item():.3g}).", hint
            )
        )
    sums = actual.double().sum(-1)
    if not torch.allclose(sums, torch.ones_like(sums), atol=1e-4):
        worst = sums.flatten()[(sums - 1).abs().argmax()].item()
        raise Mistake(
            _sentence(f"Each row of {name} should sum to 1, but one sums to {worst:.4g}.", hint)
        )


def raises(expected: str, call: Callable[[], Any], hint: str = "") -> None:
    """Mistake unless `call()` makes the student's code raise an error of the type named `expected`.

    What is not written yet is missing, and no mistake: its error passes through."""
    try:
        result = call()
    except StudentError as error:
        if error.type_name in ("NotImplementedError", "NotDefined", "NotCallable"):
            raise
        if error.type_name != expected:
            raise Mistake(
                _sentence(
                    f"Expected {expected}, but the call raised {held_out.error(error)}.", hint
                )
            ) from None
    else:
        raise Mistake(
            _sentence(f"Expected {expected}, but the call returned {kind(result)}.", hint)
        )


def metric(value: float, baseline: float, target: float, name: str) -> float:
    """Record how far `value` got from `baseline` (no points) to `target` (all points), in a
    straight line.

    Returns that fraction, between 0 and 1; a value that is no finite number counts as none.
    """
    fraction = (value - baseline) / (target - baseline) if math.isfinite(value) else 0.0
    fraction = min(max(fraction, 0.0), 1.0)
    measured.get().append(
        (
            fraction,
            f"{name} {value:.3g}: no points at {baseline:g}, all points from {target:g}.",
            Metric(name, float(value) if math.isfinite(value) else None, baseline, target),
        )
    )
    return fraction


def agree(actual: Any, expected: Any, rtol: float = 1e-3, atol: float = 1e-4) -> bool:
    """True if both are tensors of one shape and close to each other; NaN agrees with nothing."""
    if not (isinstance(actual, torch.Tensor) and isinstance(expected, torch.Tensor)):
        return False
    if actual.shape != expected.shape:
        return False
    return torch.allclose(actual.double(), expected.double(), rtol=rtol, atol=atol, equal_nan=False)


def _difference(actual: torch.Tensor, expected: torch.Tensor, name: str) -> str:
    off = (actual.double() - expected.double()).abs()
    wrong = int((~torch.isclose(actual.double(), expected.double(), rtol=1e-3, atol=1e-4)).sum())
    place = tuple(
        int(i) for i in np.unravel_index(int(off.nan_to_num(0).argmax()), tuple(off.shape) or (1,))
    )
    where = f" at {list(place)}" if actual.dim() else ""
    if expected.dtype == torch.bool:
        return f"{wrong} of {actual.numel()} places in {name} are wrong, the first{where}."
    return (
        f"{wrong} of {actual.numel()} numbers in {name} are wrong; the largest error is"
        f" {off.max().item():.3g}{where}."
    )


def _sentence(text: str, hint: str) -> str:
    return f"{text} {hint}".strip()
