"""How a check speaks: a line for each thing that is right, and at the first thing that is not, what
to look at."""

import os
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from attention_lab.checks.findings import agree

# Beside what is printed, for the list that JupyterLab's Check all makes; nowhere else.
RESULT = "application/vnd.kireji.check+json"


class Stop(Exception):
    """The check has found something and said so; the rest would only be noise."""


class Look:
    """Prints the findings of one check."""

    def __init__(self, task: str):
        print(task)
        self._task = task

    def that(self, right: bool, title: str, hint: str) -> None:
        """Note that `title` holds; if it does not, say `hint` and stop."""
        if right:
            print(f"  ✓ {title}")
        else:
            self.found(title, hint)

    def found(self, title: str, hint: str) -> None:
        print(f"  ✗ {title}\n    → {hint}")
        self._publish("wrong", title, hint)
        raise Stop

    def shape(self, tensor: Any, expected: Sequence[int], name: str) -> None:
        """Stop unless `tensor` is a tensor of this shape."""
        if not isinstance(tensor, Tensor):
            self.found(f"{name} is a tensor", f"yours is a {type(tensor).__name__}.")
        self.that(
            tuple(tensor.shape) == tuple(expected),
            f"{name} has shape {tuple(expected)}",
            f"yours has shape {tuple(tensor.shape)}: look at the shapes in the hints, step by"
            " step.",
        )

    def close(self, actual: Tensor, expected: Tensor, title: str, hint: str) -> None:
        """Stop unless two tensors of one shape agree up to rounding."""
        self.that(agree(actual, expected), title, hint)

    def raised(self, error: Exception) -> None:
        """Tell an error of the student's code: what, and in which line of theirs."""
        if isinstance(error, NotImplementedError):
            print(
                "  · not written yet: replace raise NotImplementedError() in the stub above, run"
                " its cell, then check again."
            )
            self._publish("open", "", "Not written yet.")
            return
        theirs = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if "attention_lab" not in frame.filename and "site-packages" not in frame.filename
        ]
        where = (
            f"\n    → in {theirs[-1].name}, line {theirs[-1].lineno}: {theirs[-1].line}"
            if theirs
            else ""
        )
        print(f"  ✗ your code raised {type(error).__name__}: {error}{where}")
        self._publish("wrong", "", f"Your code raised {type(error).__name__}: {error}")

    def done(self) -> None:
        print("  All fine here. (The hidden tests look closer.)")
        self._publish("done", "", "")

    def _publish(self, state: str, title: str, message: str) -> None:
        """Hand the outcome to Check all, which runs this notebook; to nothing else."""
        if os.environ.get("ATTENTION_LAB_CHECK_ALL") != "1":
            return
        from IPython.display import publish_display_data

        said = {"task": self._task, "state": state, "title": title, "message": message}
        publish_display_data({RESULT: said, "text/plain": ""})


class Student:
    """The student's objects by name; one that is not there yet is a finding."""

    def __init__(self, namespace: Mapping[str, Any], look: Look):
        self._namespace = namespace
        self._look = look

    def __getattr__(self, name: str) -> Any:
        if name not in self._namespace:
            self._look.found(f"{name} is defined", "run the cell that defines it first.")
        return self._namespace[name]


def display(figure: Any) -> None:
    """Show a figure below the cell, where there is a notebook to show it in."""
    from IPython import get_ipython
    from IPython.display import display as show

    if get_ipython() is not None:
        show(figure)
