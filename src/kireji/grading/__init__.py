"""Grading one submission: from its files to a report. What a hidden test needs is imported from
here."""

from importlib import import_module
from typing import Any

# Looked up when asked for: nbgrader's configuration imports a neighbour of these in every command
# and in the course service, which need neither torch nor pytest until something is graded.
OFFERED = {
    "graded": "marks",
    "Handle": "student",
    "Student": "student",
    "Mistake": "expect",
    "StudentError": "expect",
    "SandboxLost": "plugin",
}

__all__ = list(OFFERED)


def __getattr__(name: str) -> Any:
    if name not in OFFERED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{OFFERED[name]}"), name)
