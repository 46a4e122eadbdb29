"""The queue of a course's work: what was asked for, what is being done, and what came of it.

The desk and the terminal submit runs; one runner for each course, which the watch service starts,
carries them out. `./kireji grade` and grading on submit write down their own runs here as well, so
that everybody sees the same list.
"""

from kireji.runs.queue import cancel, get, list_runs, reasons, submit
from kireji.runs.run import Run, RunError, RunKind, RunState

__all__ = [
    "Run",
    "RunError",
    "RunKind",
    "RunState",
    "cancel",
    "get",
    "list_runs",
    "reasons",
    "submit",
]
