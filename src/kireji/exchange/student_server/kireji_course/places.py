"""Where a student's server finds the course: the student's home, and their part of the exchange."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir

from .errors import CourseError


@dataclass(frozen=True)
class Places:
    """`home` holds a folder for each assignment that was begun; `exchange` is the course's part."""

    home: Path
    exchange: Path
    course_id: str
    ignore: tuple[str, ...]  # patterns of files that are never handed in

    @property
    def outbound(self) -> Path:
        """Released assignments."""
        return self.exchange / "outbound"

    @property
    def inbound(self) -> Path:
        """What this student has handed in."""
        return self.exchange / "inbound"

    @property
    def feedback(self) -> Path:
        """What the course gave back to this student; read-only."""
        return self.exchange / "feedback"

    @property
    def state(self) -> Path:
        """Where the pages keep what they remember."""
        return Path(jupyter_data_dir()) / "kireji"

    def released(self) -> list[str]:
        """The names of the assignments that can be begun."""
        try:
            folders = list(os.scandir(self.outbound))
        except OSError:
            return []
        return sorted(
            entry.name
            for entry in folders
            if entry.is_dir() and Path(entry.path, f"{entry.name}.ipynb").is_file()
        )

    def check(self, assignment: str) -> str:
        """Return the name of a released assignment; CourseError for any other name."""
        if assignment not in self.released():
            raise CourseError(f"There is no released assignment called {assignment}.")
        return assignment

    def folder(self, assignment: str) -> Path:
        """Where the student works on it."""
        return self.home / assignment

    def notebook(self, assignment: str) -> Path:
        return self.folder(assignment) / f"{assignment}.ipynb"

    def original(self, assignment: str) -> Path:
        """The released notebook."""
        return self.outbound / assignment / f"{assignment}.ipynb"


def places_from(config: Any, home: Path) -> Places:
    """The places that nbgrader's configuration names."""
    course = config.CourseDirectory
    return Places(
        home=home,
        exchange=Path(config.Exchange.root) / course.course_id,
        course_id=course.course_id,
        ignore=tuple(course.ignore),
    )


def read_json(path: Path) -> dict[str, Any]:
    """What the file holds; nothing where it is missing or cannot be read."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
