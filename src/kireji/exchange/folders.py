"""Where the exchange keeps what: assignments for everybody, and for each student two folders of
their own."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class StudentFolders:
    """One student's part of a course's exchange, as it lies on the server."""

    outbound: Path  # released assignments, the same for all; read-only to students
    inbound: Path  # what this student submits
    feedback: Path  # what this student gets back; read-only to the student

    def make(self) -> "StudentFolders":
        """Make those that are missing, for the server's account only."""
        for folder in (self.outbound, self.inbound, self.feedback):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self


def student_folders(root: Path, course: str, student: str) -> StudentFolders:
    """The folders of `student` in the exchange at `root`. ValueError for a name that is no folder's
    name."""
    if student in ("", ".", "..") or "/" in student or "\0" in student:
        raise ValueError(f"{student!r} cannot be the name of a student's folder")
    base = root / course
    return StudentFolders(
        base / "outbound", base / "inbound" / student, base / "feedback" / student
    )


def view(folder: Path, folders: StudentFolders, course: str) -> Path:
    """Make `folder` an exchange root as nbgrader expects it, with links to `folders`; for where
    nothing can be mounted."""
    base = folder / course
    base.mkdir(parents=True, exist_ok=True)
    for name in ("outbound", "inbound", "feedback"):
        link = base / name
        if not link.is_symlink():
            link.symlink_to(getattr(folders, name), target_is_directory=True)
    return folder
