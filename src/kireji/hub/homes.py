"""A person's home folder: made at the first log-in, with the welcome page and the lessons in it."""

import os
import shutil
from functools import cache
from pathlib import Path

from kireji.course.layout import Course
from kireji.installation import DOCS, HUB_CONFIG, LESSONS

# The pages of docs/ that students see. The others also tell what hidden tests do not notice.
FOR_STUDENTS = (
    "explanation/theory.md",
    "explanation/attention",
    "explanation/grading.md",
    "tutorial/student.md",
    "figures",
)

ENDED = """> **Your last server was stopped because {}.** Your files are as they were.

"""


@cache
def make_student_docs(course: Course) -> None:
    """Copy what is for students out of docs/; once for each hub that runs."""
    target = course.student_docs
    target.mkdir(parents=True, exist_ok=True)
    for path in target.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in FOR_STUDENTS:
        (target / name).parent.mkdir(exist_ok=True)
        if (DOCS / name).is_dir():
            shutil.copytree(DOCS / name, target / name)
        elif (DOCS / name).exists():
            shutil.copy(DOCS / name, target / name)


def shown(course: Course) -> dict[str, Path]:
    """The read-only folders that there are, by their name in the home: those that the links between
    their pages have."""
    read_only = {LESSONS.name: LESSONS, DOCS.name: course.student_docs}
    return {name: folder for name, folder in read_only.items() if folder.is_dir()}


def prepare_home(course: Course, name: str, role: str, walled: bool, note: Path) -> Path:
    """Make the home of `name` ready for a server, and return it.

    Behind a wall the read-only folders are mounted over empty ones; without a wall they are links.
    `note` says why the last server was ended, if it was: the welcome page begins with it, once."""
    make_student_docs(course)
    home = course.homes / name
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    welcome = home / "welcome.md"
    welcome.unlink(missing_ok=True)  # not written through: it may have become a link
    ended = ENDED.format(note.read_text()) if note.exists() else ""
    welcome.write_text(ended + (HUB_CONFIG / "welcome" / f"{role}.md").read_text())
    note.unlink(missing_ok=True)
    for folder, source in shown(course).items():
        place = home / folder
        if place.is_symlink():
            place.unlink()
        if walled:
            place.mkdir(exist_ok=True)
        elif not place.exists() or not os.listdir(place):
            shutil.rmtree(place, ignore_errors=True)
            place.symlink_to(source, target_is_directory=True)
    return home
