"""Where everything of a course lies. Its root is nbgrader's course directory; everything made at
run time is in `var/`.

A `Course` is passed down from the program's entry point. What another program starts (nbgrader's
configuration, the hub's, the course service, a process that judges) finds the course by the setting
KIREJI_COURSE. Standard library only: the launcher needs it before there is an environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kireji import installation
from kireji.course import settings
from kireji.course.audit import AuditFile
from kireji.course.secret import read_or_make_secret
from kireji.errors import KirejiError

if TYPE_CHECKING:
    from kireji.course.assignment import Assignment
    from kireji.course.assignment_file import AssignmentFile

COURSE_ID = "kireji"
SETTING = settings.variable_of("course")


@dataclass(frozen=True)
class Course:
    """A course, by the folder that it lies in."""

    root: Path

    @property
    def source(self) -> Path:
        """What instructors edit: a notebook with solutions for each assignment."""
        return self.root / "source"

    @property
    def release(self) -> Path:
        """What students get, generated from `source`."""
        return self.root / "release"

    @property
    def graders(self) -> Path:
        """The hidden tests, a folder for each assignment."""
        return self.root / "graders"

    @property
    def submitted(self) -> Path:
        return self.root / "submitted"

    @property
    def autograded(self) -> Path:
        return self.root / "autograded"

    @property
    def feedback(self) -> Path:
        return self.root / "feedback"

    @property
    def gradebook(self) -> Path:
        return self.root / "gradebook.db"

    @property
    def roster(self) -> Path:
        """The class; in the compose deployment alone."""
        return self.root / "roster" / "roster.csv"

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def secret_file(self) -> Path:
        return self.var / "secret"

    @property
    def data(self) -> Path:
        return self.var / "data"

    @property
    def downloads(self) -> Path:
        return self.data / "downloads"

    @property
    def lab_data(self) -> Path:
        """The data that students get."""
        return self.data / "lab"

    @property
    def held_out(self) -> Path:
        """The data that only the graders get."""
        return self.data / "held_out"

    @property
    def exchange(self) -> Path:
        return self.var / "exchange"

    @property
    def restored_times(self) -> Path:
        """When the submissions came that a backup brought here."""
        return self.var / "restored-times.json"

    @property
    def unfinished_restore(self) -> Path:
        """There while a restore puts things in their places."""
        return self.var / "unfinished-restore"

    @property
    def hub(self) -> Path:
        """The hub's state."""
        return self.var / "hub"

    @property
    def hub_lock(self) -> Path:
        """Held while the hub runs."""
        return self.hub / "up.lock"

    @property
    def service_lock(self) -> Path:
        """Held while the course service of the compose deployment runs."""
        return self.var / "course" / "up.lock"

    @property
    def homes(self) -> Path:
        return self.var / "homes"

    @property
    def student_docs(self) -> Path:
        """What students need of the documentation; copied again by each hub that starts."""
        return self.var / "docs"

    @property
    def judgements(self) -> Path:
        """The judgements that are kept by content."""
        return self.var / "judgements"

    @property
    def demo(self) -> Path:
        return self.var / "demo"

    @property
    def audit(self) -> AuditFile:
        """What was done in the course, by whom and when."""
        return AuditFile(self.var / "audit")

    def secret(self) -> bytes:
        """The salt of the held-out split and seed of the hidden tests' inputs; made if there is
        none."""
        return read_or_make_secret(self.secret_file)

    def config(self, name: str) -> Path:
        """The configuration file `name` (`hub_config/grade_on_submit.py`): the course's own, or
        else the one that comes with Kireji."""
        own = self.root / name
        return own if own.exists() else installation.HUB_CONFIG.parent / name

    def assignment_names(self) -> list[str]:
        """The assignments of the course, in the order of their assignment.toml."""
        from kireji.course.assignment import names  # here: it imports nbgrader

        return names(self.source, self.graders)

    def assignment(self, name: str) -> Assignment:
        """The assignment `name`; KirejiError lists those there are."""
        from kireji.course.assignment import load

        return load(self.source, self.graders, name)

    def assignment_file(self, name: str) -> AssignmentFile:
        """What the assignment.toml of `name` says; the defaults if there is no such file."""
        from kireji.course.assignment import assignment_file

        return assignment_file(self.graders, name)


def open_course(folder: Path) -> Course:
    """The course in `folder`. KirejiError if there is none."""
    root = folder.expanduser().resolve()
    if not (root / "source").is_dir():
        raise KirejiError(
            f"There is no course in {root}: a course has a folder source/ with its assignments, and"
            " graders/ with their hidden tests. Give the folder of a course: kireji --course DIR"
        )
    return Course(root)


def find_course(environment: Mapping[str, str] | None = None) -> Course:
    """The course that this process works on: that of the setting KIREJI_COURSE, or else the clone
    that Kireji runs from. KirejiError if there is neither."""
    if folder := settings.value("course", environment):
        return Course(folder)
    if installation.CLONE:
        return Course(installation.CLONE)
    raise KirejiError(
        "Kireji is installed without a course. Say which one: kireji --course DIR COMMAND, or set"
        f" {SETTING} to its folder."
    )
