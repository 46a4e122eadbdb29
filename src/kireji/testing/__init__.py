"""What a hidden test imports, and what runs it: the fixture `student`, comparisons, diagnoses, the
report."""

from importlib import import_module
from typing import Any

# Looked up when asked for: a command that only prints a report imports neither torch nor pytest.
OFFERED = {
    "graded": "marker",
    "Handle": "student",
    "Student": "student",
    "Mistake": "expect",
    "StudentError": "expect",
    "SandboxLostError": "plugin",
}

__all__ = list(OFFERED)


def __getattr__(name: str) -> Any:
    if name not in OFFERED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{OFFERED[name]}"), name)
