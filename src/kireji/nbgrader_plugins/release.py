"""Puts assignments of `release/` into the exchange, and takes them out, by nbgrader's own means."""

import filecmp
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from traitlets.config import Config, PyFileConfigLoader

from kireji.course import calendar_store as store
from kireji.course.layout import COURSE_ID, Course
from kireji.errors import KirejiError
from kireji.nbgrader_plugins.configured import set_course


class ReleaseError(KirejiError):
    """nbgrader refused to release; the message has its last words."""


def prepare_exchange(course: Course) -> None:
    """Make the exchange's folders, which students' servers mount, before the first assignment is
    released."""
    for name in ("outbound", "inbound", "feedback"):
        (course.exchange / COURSE_ID / name).mkdir(parents=True, exist_ok=True)
    course.exchange.chmod(0o777)  # nbgrader's modes, see ExchangeReleaseAssignment
    (course.exchange / COURSE_ID / "inbound").chmod(0o2733)


def enter_students(course: Course, names: list[str]) -> None:
    """Enter these students in the gradebook, with a name: nbgrader shows those it meets first in a
    submission as "None"."""
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory

    database = CourseDirectory(root=str(course.root), course_id=COURSE_ID).db_url
    with Gradebook(database, COURSE_ID) as gradebook:
        known = {student.id for student in gradebook.students}
        for name in names:
            if name not in known:
                gradebook.add_student(name, first_name=name.capitalize(), last_name="Student")


def ready(root: Path) -> list[str]:
    """The assignments in the course's release/."""
    return sorted(folder.name for folder in root.glob("release/*/") if any(folder.glob("*.ipynb")))


def outbound(home: Path) -> list[str]:
    """The assignments that students can fetch. home: the course's folder in the exchange."""
    return sorted(folder.name for folder in home.glob("outbound/*/"))


def outdated(root: Path, home: Path, names: list[str]) -> list[str]:
    """Of `names`, those of release/ that the exchange does not have, or has in another version."""
    return [
        name
        for name in ready(root)
        if name in names and not _same(root / "release" / name, home / "outbound" / name)
    ]


def release_what_is_due(course: Course) -> list[str]:
    """Have the exchange be as the calendar says; return what was released. Quick where it is."""
    root, home, now = course.root, course.exchange / COURSE_ID, datetime.now(UTC)
    if store.path_of(root).exists() and not store.problem(root):
        wanted = store.read(root).released(now)
        if not outdated(root, home, wanted) and set(outbound(home)) <= set(wanted):
            return []
    # here: it takes seconds to import, and at most starts nothing is new
    from kireji.nbgrader_plugins.apply_calendar import apply

    applied = apply(configuration(course))
    for sentence in applied.said:
        print(sentence, flush=True)
    return applied.released


def configuration(course: Course) -> Config:
    """nbgrader's configuration of the course."""
    config = Config(PyFileConfigLoader(str(course.config("nbgrader_config.py"))).load_config())
    set_course(config, course)
    return config


def api(config: Config) -> Any:
    """nbgrader's, which replaces what the exchange has of an assignment."""
    from nbgrader.apps import NbGraderAPI

    config = deepcopy(config)
    config.ExchangeReleaseAssignment.force = True
    config.NbGraderAPI.log_level = "CRITICAL"  # problems come back as results
    return NbGraderAPI(config=config)


def release(nbgrader: Any, name: str) -> None:
    """Release an assignment; copies that students have fetched do not change."""
    outcome = nbgrader.release_assignment(name)
    if not outcome["success"]:
        raise ReleaseError(f"{name} could not be released: {_last_line(outcome)}")
    _course_of(nbgrader).audit.record("released an assignment", name, by="kireji")


def withdraw(nbgrader: Any, name: str) -> None:
    """Take an assignment out of the exchange; copies that students have fetched stay theirs."""
    outcome = nbgrader.unrelease(name)
    if not outcome["success"]:
        raise ReleaseError(f"{name} could not be withdrawn: {_last_line(outcome)}")
    _course_of(nbgrader).audit.record("withdrew an assignment", name, by="kireji")


def _course_of(nbgrader: Any) -> Course:
    return Course(Path(nbgrader.coursedir.root))


def _same(one: Path, other: Path) -> bool:
    files = {path.relative_to(one) for path in one.rglob("*") if path.is_file()}
    return all(
        (other / path).is_file() and filecmp.cmp(one / path, other / path, shallow=False)
        for path in files
    )


def _last_line(outcome: dict) -> str:
    said = (outcome.get("error") or outcome.get("log") or "no reason given").strip()
    return said.splitlines()[-1]
