"""Names under which a former owner's files are kept: a new person of that name gets the files only
if an instructor says so."""

from kireji.course.layout import COURSE_ID, Course
from kireji.exchange.folders import student_folders

FOLDER = "former"  # in the hub's folder: an empty file for each such name that waits for approval


def has_files(course: Course, name: str) -> bool:
    """Whether a home or a submission of `name` is kept."""
    try:
        own = student_folders(course.exchange, COURSE_ID, name)
    except ValueError:  # no name of a folder, so no name of an account
        return False
    return (course.homes / name).exists() or any(
        folder.is_dir() and any(folder.iterdir()) for folder in (own.inbound, own.feedback)
    )


def note(course: Course, name: str) -> None:
    """Remember that the person who just signed up as `name` may not own the files of that name."""
    mark = course.hub / FOLDER / name
    mark.parent.mkdir(exist_ok=True)
    mark.touch()


def is_noted(course: Course, name: str) -> bool:
    return (course.hub / FOLDER / name).exists()


def settle(course: Course, name: str) -> None:
    """Forget the note: an instructor has decided, or the account is gone."""
    (course.hub / FOLDER / name).unlink(missing_ok=True)
