"""Put the assignments of `release/` into the exchange, by nbgrader's own means."""

import filecmp
from pathlib import Path

from traitlets.config import Config, PyFileConfigLoader

from kireji.course.layout import find_course
from kireji.errors import KirejiError
from kireji.paths import COURSE_ID, EXCHANGE, RELEASE, ROOT


class ReleaseError(KirejiError):
    """nbgrader refused to release; the message has its last words."""


def prepare_exchange() -> None:
    """Make the exchange's folders, which students' servers mount, before the first assignment is
    released."""
    for name in ("outbound", "inbound", "feedback"):
        (EXCHANGE / COURSE_ID / name).mkdir(parents=True, exist_ok=True)
    EXCHANGE.chmod(0o777)  # nbgrader's modes, see ExchangeReleaseAssignment
    (EXCHANGE / COURSE_ID / "inbound").chmod(0o2733)


def enter_students(names: list[str]) -> None:
    """Enter these students in the gradebook, with a name: nbgrader shows those it meets first in a
    submission as "None"."""
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory

    database = CourseDirectory(root=str(ROOT), course_id=COURSE_ID).db_url
    with Gradebook(database, COURSE_ID) as gradebook:
        known = {student.id for student in gradebook.students}
        for name in names:
            if name not in known:
                gradebook.add_student(name, first_name=name.capitalize(), last_name="Student")


def unreleased() -> list[str]:
    """The assignments of `release/` that the exchange does not have, or has in another version."""
    ready = sorted(folder.name for folder in RELEASE.glob("*/") if any(folder.glob("*.ipynb")))
    return [
        name
        for name in ready
        if not _same(RELEASE / name, EXCHANGE / COURSE_ID / "outbound" / name)
    ]


def release(names: list[str]) -> None:
    """Release these assignments, replacing what the exchange has of them; nobody's fetched copy
    changes."""
    # here: it takes seconds to import, and at most starts nothing is new
    from nbgrader.apps import NbGraderAPI

    config = Config(PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config())
    config.ExchangeReleaseAssignment.force = True
    config.NbGraderAPI.log_level = "CRITICAL"  # problems come back as results
    nbgrader = NbGraderAPI(config=config)
    for name in names:
        outcome = nbgrader.release_assignment(name)
        if not outcome["success"]:
            raise ReleaseError(f"{name} could not be released: {_last_line(outcome)}")
        find_course().audit.record("released an assignment", name, by="kireji")


def _same(one: Path, other: Path) -> bool:
    files = {path.relative_to(one) for path in one.rglob("*") if path.is_file()}
    return all(
        (other / path).is_file() and filecmp.cmp(one / path, other / path, shallow=False)
        for path in files
    )


def _last_line(outcome: dict) -> str:
    said = (outcome.get("error") or outcome.get("log") or "no reason given").strip()
    return said.splitlines()[-1]
