"""Visible checks: instant, as often as you like, with a hint or a picture. Hidden tests use other
examples.

The checks of the assignment X are the functions (student, look) of the module X in this folder,
each named like its task. They are found by name: there is nothing to register."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from attention_lab.checks.look import Look, Stop, Student
from attention_lab.mode import is_grading

Check = Callable[[Student, Look], None]


def check(task: str, namespace: Mapping[str, Any] | None = None) -> None:
    """Check your work on one task, and print what is right and what to look at. Does nothing while
    grading.

    `namespace`: where your objects are; by default the notebook's variables."""
    if is_grading():
        return
    examine = _find(task)
    look = Look(task)
    try:
        examine(Student(namespace if namespace is not None else _notebook(), look), look)
    except Stop:
        return
    except (
        Exception
    ) as error:  # whatever the student's code raises is told as a finding, not as our own traceback
        look.raised(error)
        return
    look.done()


def checks_of(assignment: str) -> dict[str, Check]:
    """{task: its check} of an assignment. ModuleNotFoundError if it has
    none."""
    return _checks_in(importlib.import_module(f"{__name__}.{assignment}"))


def _find(task: str) -> Check:
    """The check of `task`: that of the notebook in this folder, else of whichever assignment has
    one. ValueError if it is not clear which, or if there is none."""
    modules = [module.name for module in pkgutil.iter_modules(__path__)]
    here = [name for name in modules if Path(f"{name}.ipynb").is_file()]
    for names in (here, modules):
        found = {name: checks[task] for name in names if task in (checks := checks_of(name))}
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            raise ValueError(
                f"there are checks called {task!r} in {' and '.join(found)}: call check in the "
                "folder of your notebook."
            )
    known = ", ".join(name for module in here or modules for name in checks_of(module))
    raise ValueError(f"there is no check called {task!r}; there are {known}")


def _checks_in(module: ModuleType) -> dict[str, Check]:
    return {
        name: thing
        for name, thing in vars(module).items()
        if inspect.isfunction(thing)
        and not name.startswith("_")
        and list(inspect.signature(thing).parameters) == ["student", "look"]
    }


def _notebook() -> Mapping[str, Any]:
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        raise RuntimeError(
            "check(...) looks at a notebook's variables; outside one, give it a namespace"
        )
    return shell.user_ns
