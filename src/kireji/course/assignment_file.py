"""Reads graders/ASSIGNMENT/assignment.toml: what an assignment is besides its notebook and its
hidden tests. A course may do without the file; then the defaults hold."""

import importlib.util
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kireji.errors import KirejiError

FILE = "assignment.toml"
CHECKPOINTS = "*.safetensors"
# A pattern of file names with an ending; whether the file is opened is for others to say.
PATTERN = re.compile(r"[A-Za-z0-9_*][A-Za-z0-9_.*-]*\.[A-Za-z0-9]+")
# nbgrader's own notebooks, and configuration that Jupyter runs where it finds it.
NEVER = re.compile(r".*\.ipynb|.*config\.(py|json)", re.IGNORECASE)
# The limits that an assignment can change, by their names in `kireji.sandbox.limits`.
LIMITS = (
    "cells_seconds",
    "tests_seconds",
    "call_seconds",
    "processor_seconds",
    "memory",
)
MAX_ORDER = 10**6


class AssignmentFileError(KirejiError):
    """An assignment.toml cannot be used; the message names the file and the key."""


@dataclass(frozen=True)
class AssignmentFile:
    """What assignment.toml says.

    title: in words; the default is the first heading of the notebook
    order: assignments are listed by it
    files: patterns of what may be handed in with the notebook
    libraries: modules that its notebook or its hidden tests import besides the course's own
    limits: what differs from `kireji.sandbox.limits.Limits`, by name"""

    title: str = ""
    order: int = MAX_ORDER
    files: tuple[str, ...] = (CHECKPOINTS,)
    libraries: tuple[str, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def trains(self) -> bool:
        """Whether its solution leaves a checkpoint, which is handed in with the notebook."""
        return CHECKPOINTS in self.files


def read_assignment_file(graders: Path) -> AssignmentFile:
    """What graders/ASSIGNMENT/assignment.toml says. AssignmentFileError for a file that cannot be
    used."""
    name = f"{graders.parent.name}/{graders.name}/{FILE}"
    try:
        found = tomllib.loads((graders / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return AssignmentFile()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentFileError(f"{name} is no TOML file: {error}.") from None
    for key in found:
        if key not in KEYS:
            raise AssignmentFileError(f"{name}: there is no key {key!r}; there are {_list(KEYS)}.")
    values: dict[str, Any] = {}
    for key, value in found.items():
        check, expected = KEYS[key]
        if not check(value):
            raise AssignmentFileError(f"{name}: {key} is {value!r}; expected is {expected}.")
        values[key] = tuple(value) if isinstance(value, list) else value
    for library in values.get("libraries", ()):
        if not _is_installed(library):
            raise AssignmentFileError(
                f"{name}: libraries names {library!r}, which is not installed: add its package to "
                "pyproject.toml and requirements.lock, and run ./kireji setup."
            )
    return AssignmentFile(**values)


def _is_installed(library: str) -> bool:
    try:
        return importlib.util.find_spec(library) is not None
    except ModuleNotFoundError:  # of the package that it is a part of
        return False


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= 200 and "\n" not in value


def _is_order(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_ORDER


def _are_files(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, str) and PATTERN.fullmatch(one) and not NEVER.fullmatch(one)
        for one in value
    )


def _are_modules(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, str) and all(part.isidentifier() for part in one.split("."))
        for one in value
    )


def _are_limits(value: Any) -> bool:
    return isinstance(value, dict) and all(
        name in LIMITS
        and isinstance(limit, (int, float))
        and not isinstance(limit, bool)
        and 0 < limit < 2**40
        for name, limit in value.items()
    )


def _list(names: Any) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}"


KEYS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "title": (_is_text, "a text of one line, up to 200 characters"),
    "order": (_is_order, f"a whole number from 0 to {MAX_ORDER - 1:,}"),
    "files": (
        _are_files,
        'a list of patterns such as "*.safetensors" or "my_masks.py", none of which takes '
        "notebooks or files that configure Jupyter",
    ),
    "libraries": (_are_modules, 'a list of modules such as "sacrebleu.metrics"'),
    "limits": (_are_limits, f"a table of positive numbers for {_list(LIMITS)}"),
}
