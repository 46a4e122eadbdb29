"""Each piece is judged on its own: a test that fails with the student's own parts is tried again with stand-ins.

Where one of those parts is broken, its own task has lost the points already."""

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from kireji.grading import Mistake, StudentError

MISFITS = ("TypeError", "AttributeError", "NameError")

_in_place: ContextVar[frozenset[str]] = ContextVar("in_place", default=frozenset())


def stands_in(name: str) -> bool:
    """True while a stand-in is in the place of the student's `name`."""
    return name in _in_place.get()


def isolating(stand_ins: Mapping[str, Callable[[Any], Any]]) -> Callable:
    """A decorator `without(*names)`; stand_ins[name](student) gives what stands in the place of a name."""

    def without(*names: str) -> Callable:
        """Decorate a test that must pass whatever the student's own `names` do.

        It runs with the student's own first, because a correct submission may use more of them than the task says.
        Only if it fails it runs again, on the same inputs, with stand-ins in their place."""

        def decorate(test: Callable) -> Callable:
            @functools.wraps(test)
            def run(student: Any, rng: Any, **fixtures: Any) -> None:
                state = rng.get_state()
                try:
                    return test(student=student, rng=rng, **fixtures)
                except (Mistake, StudentError) as own:
                    if getattr(own, "type_name", "") == "TimeoutError":
                        raise
                    first = own
                rng.set_state(state)
                token = _in_place.set(frozenset(names))
                try:
                    with student.replaced(**{name: stand_ins[name](student) for name in names}):
                        return test(student=student, rng=rng, **fixtures)
                except (Mistake, StudentError) as alone:
                    raise the_telling_one(first, alone) from None
                finally:
                    _in_place.reset(token)

            return run

        return decorate

    return without


def the_telling_one(own: Exception, alone: Exception) -> Exception:
    """Of two failures, the one about this piece: that with the stand-ins, unless those simply did not fit the student's code."""
    misfit = isinstance(alone, StudentError) and alone.type_name in MISFITS
    return own if misfit else alone
