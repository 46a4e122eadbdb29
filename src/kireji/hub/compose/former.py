"""Names under which a former owner's files are kept: a new person of that name gets the files only
if an instructor says so."""

from kireji import paths
from kireji.exchange.folders import student_folders

FOLDER = "former"  # in the hub's folder: an empty file for each such name that waits for approval


def has_files(name: str) -> bool:
    """Whether a home or a submission of `name` is kept."""
    try:
        own = student_folders(paths.EXCHANGE, paths.COURSE_ID, name)
    except ValueError:  # no name of a folder, so no name of an account
        return False
    return (paths.HOMES / name).exists() or any(
        folder.is_dir() and any(folder.iterdir()) for folder in (own.inbound, own.feedback)
    )


def note(name: str) -> None:
    """Remember that the person who just signed up as `name` may not own the files of that name."""
    mark = paths.HUB / FOLDER / name
    mark.parent.mkdir(exist_ok=True)
    mark.touch()


def is_noted(name: str) -> bool:
    return (paths.HUB / FOLDER / name).exists()


def settle(name: str) -> None:
    """Forget the note: an instructor has decided, or the account is gone."""
    (paths.HUB / FOLDER / name).unlink(missing_ok=True)
