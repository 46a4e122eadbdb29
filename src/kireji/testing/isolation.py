"""Each piece is judged on its own: a test that fails with the student's own parts is tried again
with stand-ins.

What a student writes calls what they wrote before. Where one of those parts is broken, its own task
has lost the points already; the task that calls it must not lose any.
"""

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from kireji.sandbox.channel import CallError
from kireji.testing.mistakes import NAMED, Mistake

MISFITS = ("TypeError", "AttributeError", "NameError")
_in_place: ContextVar[frozenset[str]] = ContextVar("in_place", default=frozenset())


def stands_in(name: str) -> bool:
    """True while a stand-in is in the place of the student's `name`."""
    return name in _in_place.get()


def any_stand_in() -> bool:
    """True while any part of the student's is replaced."""
    return bool(_in_place.get())


def without(
    stand_ins: Mapping[str, str | Callable[[Any], Any]],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a test that must pass whatever the student's own parts named here do.

    stand_ins: name of a part -> what takes its place: a dotted library name, or a function of
    `student` that makes it. The test runs with the student's own first, because a correct
    submission may use more of them than the task says. Only if it fails it runs again, on the same
    inputs, with the stand-ins; it asks `stands_in(name)` where the right answer depends on that."""

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(test)
        def run(student: Any, rng: Any, **fixtures: Any) -> Any:
            state = rng.get_state()
            try:
                return test(student=student, rng=rng, **fixtures)
            except (Mistake, CallError) as own:
                # A test that runs for several parts must not replace the one that it is about.
                if getattr(own, "type_name", "") == "TimeoutError" or set(stand_ins) & set(
                    map(str, fixtures.values())
                ):
                    raise
                first = own
            rng.set_state(state)
            token = _in_place.set(frozenset(stand_ins))
            try:
                with student.replaced(
                    **{
                        name: thing(student) if callable(thing) else thing
                        for name, thing in stand_ins.items()
                    }
                ):
                    return test(student=student, rng=rng, **fixtures)
            except (Mistake, CallError) as alone:
                raise the_telling_one(first, alone) from None
            finally:
                _in_place.reset(token)

        return run

    return decorate


def the_telling_one(own: Exception, alone: Exception) -> Exception:
    """Of two failures, the one about this piece: that with the stand-ins, unless those did not fit
    the student's code.

    A failure that names the mistake made is worth more than one that does not."""
    misfit = isinstance(alone, CallError) and alone.type_name in MISFITS
    named = str(own).startswith(NAMED) and not str(alone).startswith(NAMED)
    if misfit or named:
        return own
    # Counter-examples are found without stand-ins only.
    if isinstance(own, Mistake) and isinstance(alone, Mistake):
        alone.counter_example = alone.counter_example or own.counter_example
    return alone
