"""What the state of a course is, and where it lies.

Each area is a folder that may be a volume of its own: what is put in its place is prepared inside
it, so that it only has to be renamed at the end.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kireji.course import settings
from kireji.course.layout import Course

STAGING, ASIDE = ".restoring", ".replaced"  # in each area, while a restore runs


@dataclass(frozen=True)
class Area:
    """A folder of the course. `leave` names what in it is no state, or another area's."""

    name: str
    path: Path
    leave: frozenset[str] = frozenset()
    # holds STUDENT/ASSIGNMENT folders that are filled step by step
    # (kireji.nbgrader_plugins.folder_transaction)
    graded: bool = False
    databases: bool = False  # files of SQLite's in it are copied by SQLite's own means
    people: bool = False  # belongs to students, who may be changing it at any moment

    def children(self) -> list[Path]:
        """What lies in it and is part of the state."""
        aside = self.leave | {STAGING, ASIDE}
        return (
            sorted(path for path in self.path.iterdir() if path.name not in aside)
            if self.path.is_dir()
            else []
        )


def areas(course: Course) -> list[Area]:
    """Every area, in the order in which they are saved: what is made from something else before
    that from which it is made."""
    # Left out of var/: other areas; what is worked out again (data, judgements, pages); keys that
    # services make anew.
    rest = {
        "audit",
        "exchange",
        "homes",
        "hub",
        "course",
        "data",
        "downloads",
        "judgements",
        "copies",
        "keys",
        "demo",
        "artefacts",
        "docs",
        "mutation",
        "setup",
        "setup.log",
        "setup.lock",
        "setup.tmp",
        course.restored_times.name,
        course.unfinished_restore.name,
    }
    return [
        Area("feedback", course.feedback.resolve(), graded=True),
        Area("autograded", course.autograded.resolve(), frozenset({"README.md"}), graded=True),
        Area("submitted", course.submitted.resolve(), graded=True),
        Area("exchange", course.exchange, people=True),
        Area("homes", course.homes, people=True),
        Area("audit", course.var / "audit", frozenset({".lock"})),
        Area(
            "hub",
            course.hub,
            frozenset({"up.lock", "proxy.pid", "hub.log", "course_service"}),
            databases=True,
        ),
        Area("var", course.var, frozenset(rest), databases=True),
    ]


GRADEBOOK = "gradebook.db"  # the archive's name for it, and for the folder of the files below
SETTINGS = "settings"
# What an instructor sets, which is partly not in git.
SETTINGS_FILES = (
    ".env",
    "nbgrader_config.py",
    "hub_config/jupyterhub_config.py",
    "hub_config/compose/roster/roster.csv",
)


def clone(course: Course) -> Path:
    """Where .env and the other settings lie."""
    return settings.value("clone") or course.root


def what_is_here(course: Course) -> list[str]:
    """What a restore would overwrite, in words; nothing where the course has not begun."""
    found = [
        f"{number} {words[number > 1]}"
        for number, *words in (
            (
                len(_folders(course, "submitted")),
                "student with collected work",
                "students with collected work",
            ),
            (_handed_in(course), "submission in the exchange", "submissions in the exchange"),
            (len(_folders(course, "homes")), "home folder", "home folders"),
            (_in_gradebook(course), "student in the gradebook", "students in the gradebook"),
        )
        if number
    ]
    if any((course.hub / name).exists() for name in ("accounts.json", "jupyterhub.sqlite")):
        found.append("accounts")
    if course.unfinished_restore.exists():
        found = []  # the half of a restore that was cut short is nothing to keep
    return found


def _folders(course: Course, name: str) -> list[Path]:
    area = next(area for area in areas(course) if area.name == name)
    return [path for path in area.children() if path.is_dir()]


def _handed_in(course: Course) -> int:
    return sum(1 for _ in course.exchange.glob("*/inbound/*/*"))


def _in_gradebook(course: Course) -> int:
    if not course.gradebook.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{course.gradebook}?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM student").fetchone()[0]
    except sqlite3.DatabaseError:
        return 1  # something is there, and it cannot be read
