"""Looks at the course: settings, secret, data, gradebook, people."""

import stat
from collections.abc import Iterator
from pathlib import Path

from kireji.course.layout import Course
from kireji.course.settings import SettingsError, load
from kireji.doctor.finding import Finding, bad, good, odd
from kireji.nbgrader_plugins import gradebook

OTHERS = stat.S_IRWXG | stat.S_IRWXO
# Below the course's folder: what only the account that runs the course may read.
SECRETS = (
    "var/secret",
    "var/data/held_out/*",
    "var/hub/*.json",
    "var/hub/*secret*",
    "var/hub/*.sqlite",
)


def examine(course: Course) -> Iterator[Finding]:
    """Findings on the course."""
    yield from _settings()
    yield from _modes(course)
    yield _secret(course.secret_file)
    yield _data(course.data / "stamps")
    yield _gradebook(course.gradebook)
    yield from _restore(course.unfinished_restore)


def _settings() -> Iterator[Finding]:
    try:
        load()
    except SettingsError as error:
        for sentence in str(error).splitlines():
            yield bad("settings", sentence, "docs/reference/settings.md lists what is expected.")
    else:
        yield good("settings", "all are readable")


def _modes(course: Course) -> Iterator[Finding]:
    """On a machine with several accounts, what they may read is theirs."""
    root = course.root
    files = [path for pattern in SECRETS for path in sorted(root.glob(pattern))]
    readable = [path.relative_to(root).as_posix() for path in files if not _is_private(path, root)]
    if readable:
        yield bad(
            "private files",
            f"other accounts of this machine may read {', '.join(readable)}",
            f"chmod go-rwx {' '.join(readable)}",
        )
    else:
        yield good("private files", "only this account reads them")
    if course.gradebook.exists() and not _is_private(course.gradebook, root):
        yield odd(
            "gradebook's mode",
            "other accounts of this machine may read the grades",
            "chmod go-rwx gradebook.db",
        )


def _is_private(path: Path, root: Path) -> bool:
    """Whether the path, or a folder above it up to the course's, is closed to other accounts."""
    ours = [path, *(above for above in path.parents if above.is_relative_to(root))]
    return any(not place.stat().st_mode & OTHERS for place in ours)


def _secret(path: Path) -> Finding:
    if not path.exists():
        return odd("secret", "there is none yet", "Any command makes it: ./kireji setup")
    try:
        size = len(bytes.fromhex(path.read_text().strip()))
    except (OSError, ValueError):
        size = 0
    if size < 32:
        return bad(
            "secret",
            "it is damaged or cannot be read",
            "Restore var/secret from a backup: without it the held-out data are other ones.",
        )
    return good("secret", "it is whole")


def _data(stamps: Path) -> Finding:
    prepared = len(list(stamps.glob("*")))
    if not prepared:
        return odd("assignments' data", "not prepared yet", "./kireji setup")
    return good("assignments' data", f"prepared for {prepared} assignments")


def _gradebook(path: Path) -> Finding:
    try:
        gradebook.check(path)
    except gradebook.GradebookError as error:
        return bad("gradebook", str(error), "docs/howto/recover.md says how to go on.")
    if not path.exists():
        return good("gradebook", "none yet; it is made when the course is set up")
    return good(
        "gradebook",
        f"sound, {path.stat().st_size / 1e6:.1f} MB; {len(gradebook.copies(path))} copies are kept",
    )


def _restore(path: Path) -> Iterator[Finding]:
    if path.exists():
        yield bad(
            "restore",
            "a restore was interrupted, so the course is half of one state and half of another",
            "Run the same ./kireji restore again.",
        )
