"""Puts a saved course where there is none.

Unpacks and checks everything inside the areas first, and only then renames it into its places.
An archive is not trusted: a name that leads elsewhere, a link that something else would be written
through, a device: all of these are refused.
"""

import errno
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kireji.backup import hub_database
from kireji.backup.archive import ArchiveError, Reader, modified
from kireji.backup.areas import (
    ASIDE,
    GRADEBOOK,
    SETTINGS,
    SETTINGS_FILES,
    STAGING,
    Area,
    areas,
    clone,
    what_is_here,
)
from kireji.course.layout import Course
from kireji.errors import KirejiError
from kireji.exchange import times
from kireji.files.removal import remove

FLAG = "--overwrite-the-course-that-is-here"


@dataclass
class Restored:
    """What came back. `settings`: files that differ from the ones here, and where the saved ones
    were put."""

    made: str
    files: int = 0
    settings: dict[str, str] = field(default_factory=dict)


@dataclass
class _Staged:
    """Where everything waits until the whole archive is checked."""

    folders: list[tuple[Path, tarfile.TarInfo]] = field(default_factory=list)
    links: list[tuple[Path, tarfile.TarInfo]] = field(default_factory=list)
    files: int = 0


def restore(course: Course, archive: Reader, overwrite: bool = False) -> Restored:
    """Put everything of `archive` in its place in `course`, which must not be in use meanwhile.

    KirejiError where there is a course and `overwrite` is not given, where the archive is bad
    (nothing is changed then), or where the disk is full."""
    here = what_is_here(course)
    if here and not overwrite:
        raise KirejiError(
            f"There is a course here already: {', '.join(here)}. Nothing was changed. Restore into"
            f" a fresh clone, or, if you can lose that course, run the command again with {FLAG}."
        )
    everything = areas(course)
    with _full_disk_explained(course):
        try:
            for area in everything:
                remove(area.path / STAGING)
            staged = _unpack(archive, {area.name: area for area in everything})
            hub_database.clear_what_ran(course.hub / STAGING / hub_database.NAME)
            restored = Restored(archive.made, staged.files)
            course.var.mkdir(exist_ok=True)
            course.unfinished_restore.touch()
            known = list(course.audit.read())
            for area in everything:
                _swap(area)
            _place_gradebook(course)
            restored.settings = _place_settings(course)
            times.record(course, archive.times)
            course.audit.add_earlier(known)  # what was done here stays on record
            # what the set-up made from another secret and another gradebook
            for made in ("data", "release"):
                (course.var / "setup" / made).unlink(missing_ok=True)
            os.sync()
            course.unfinished_restore.unlink()
        finally:
            for area in everything:
                remove(area.path / STAGING)
        for area in everything:
            remove(area.path / ASIDE)
    return restored


def _unpack(archive: Reader, by_name: dict[str, Area]) -> _Staged:
    staged = _Staged()
    for member, content in archive.members():
        place = _place(archive, member, by_name)
        if member.issym():
            staged.links.append((place, member))
        elif member.isdir():
            place.mkdir(mode=0o700)
            staged.folders.append((place, member))
        elif content:
            with open(
                os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb"
            ) as file:
                shutil.copyfileobj(content, file, 2**20)
                file.flush()  # what is written later would move its time
                _own(file.fileno(), member)
                os.fchmod(file.fileno(), member.mode & 0o777)
                os.utime(file.fileno(), ns=(modified(member),) * 2)
            staged.files += 1
        else:
            raise ArchiveError(
                f"{archive.name} was not written by `./kireji backup`: it has a device, a pipe or a"
                " hard link. Nothing was changed."
            )
    for place, member in staged.links:  # last: nothing is written through a link
        place.symlink_to(member.linkname)
        os.utime(place, ns=(modified(member),) * 2, follow_symlinks=False)
        _own(place, member)
    for place, member in reversed(staged.folders):
        _own(place, member)
        place.chmod(member.mode & 0o7777 & ~stat.S_ISUID)
        os.utime(place, ns=(modified(member),) * 2)
    return staged


def _place(archive: Reader, member: tarfile.TarInfo, by_name: dict[str, Area]) -> Path:
    """Where to unpack a member; ArchiveError for a name that is none of ours or leads out of its
    area."""
    top, _, rest = member.name.partition("/")
    area = by_name.get("var" if top in (GRADEBOOK, SETTINGS) else top)
    inner = member.name if top in (GRADEBOOK, SETTINGS) else rest
    parts = inner.split("/")
    known = area and inner and not {"", ".", ".."} & set(parts) and "\0" not in inner
    if area and known and parts[0] not in {*area.leave, STAGING, ASIDE}:
        staging = area.path / STAGING
        if not staging.exists():
            staging.mkdir(parents=True, mode=0o700)
        place = staging / inner
        if top == SETTINGS:
            place.parent.mkdir(parents=True, exist_ok=True)
        if place.parent.is_dir() and _tarfile_agrees(member, inner, staging):
            return place
    raise ArchiveError(
        f"{archive.name} was not written by `./kireji backup`: {ascii(member.name)} has no place in"
        " a course. Nothing was changed."
    )


def _tarfile_agrees(member: tarfile.TarInfo, inner: str, staging: Path) -> bool:
    """A second opinion on the name, where this Python has it (3.11.4 and later). A link's target is
    kept and never followed."""
    if not hasattr(tarfile, "data_filter"):
        return True
    plain = member.replace(name=inner, deep=False)
    plain.type = tarfile.REGTYPE if member.issym() else member.type
    try:
        tarfile.data_filter(plain, str(staging))
    except tarfile.FilterError:
        return False
    return True


def _own(place: Path | int, member: tarfile.TarInfo) -> None:
    """Give it its owner; only root can."""
    if os.geteuid() == 0:
        os.chown(
            place,
            member.uid,
            member.gid,
            **({} if isinstance(place, int) else {"follow_symlinks": False}),
        )


def _swap(area: Area) -> None:
    """Put what is staged into its place; keep what was there aside until the last file is in
    place."""
    area.path.mkdir(parents=True, exist_ok=True)
    aside, staging = area.path / ASIDE, area.path / STAGING
    aside.mkdir(exist_ok=True, mode=0o700)
    for child in area.children():
        remove(aside / child.name)
        child.rename(aside / child.name)
    for child in sorted(staging.iterdir()) if staging.is_dir() else ():
        if child.name not in (GRADEBOOK, SETTINGS):
            child.rename(area.path / child.name)


def _place_gradebook(course: Course) -> None:
    staged, target = course.var / STAGING / GRADEBOOK, course.gradebook.resolve()
    target.with_name(target.name + "-journal").unlink(missing_ok=True)
    if staged.exists():
        shutil.move(staged, target)
    else:
        target.unlink(missing_ok=True)


def _place_settings(course: Course) -> dict[str, str]:
    """Add the settings files that are missing. Write those that differ under another name: they may
    be of another version."""
    beside = {}
    for name in SETTINGS_FILES:
        saved, own = course.var / STAGING / SETTINGS / name, clone(course) / name
        if (
            not saved.is_file()
            or saved.is_symlink()
            or (own.exists() and own.read_bytes() == saved.read_bytes())
        ):
            continue
        target = own.with_name(own.name + ".from-backup") if own.exists() else own
        if not os.access(own.parent, os.W_OK):
            beside[name] = (
                f"nothing: take it out of the archive, with tar -xzOf FILE {SETTINGS}/{name}"
            )
            continue
        shutil.move(saved, target)
        if target != own:
            beside[name] = target.name
    return beside


@contextmanager
def _full_disk_explained(course: Course) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise KirejiError(
            "The disk is full: the archive could not be unpacked, and nothing was changed. Free"
            " some space and run the command again."
            if not course.unfinished_restore.exists()
            else (
                "The disk is full. What was restored is not whole: free "
                "some space and run the command again."
            )
        ) from None
