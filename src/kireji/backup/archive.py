"""The archive: a compressed tar file that begins with what it is and ends with a checksum of
everything in it."""

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import IO

from kireji.backup.reading import Entry
from kireji.errors import KirejiError

HEAD, TAIL = "kireji-backup.json", "contents.json"
FORMAT, OLDEST = 1, 1  # what is written, and the oldest that can be read
LARGEST_PAGE = 256 * 2**20  # bytes of the last member, about 2 million files


class ArchiveError(KirejiError):
    """The archive cannot be restored; why, and what to do."""


class Writer:
    """Writes an archive into a stream, one entry after the other. Use as a context; it is whole
    once `finish` was called."""

    def __init__(self, stream: IO[bytes]) -> None:
        # 1: models do not get smaller by more
        self.packed = gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=1, mtime=0)
        self.tar = tarfile.TarFile.open(fileobj=self.packed, mode="w|", format=tarfile.PAX_FORMAT)
        self.sums: dict[str, str] = {}
        self._page(
            HEAD,
            {
                "kireji backup": FORMAT,
                "version": version("kireji"),
                "made": f"{datetime.now(UTC):%Y-%m-%d %H:%M UTC}",
            },
        )

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *exception: object) -> None:
        self.tar.close()
        self.packed.close()

    def add(self, entry: Entry) -> None:
        """Add a file, folder or link with its owner, mode and time, and close it."""
        member = tarfile.TarInfo(entry.name)
        member.uid, member.gid = entry.status.st_uid, entry.status.st_gid
        member.mode, time = entry.status.st_mode & 0o7777, entry.status.st_mtime_ns
        # as text: a float has not enough digits
        member.pax_headers = {"mtime": f"{time // 10**9}.{time % 10**9:09}"}
        if entry.content:
            member.size = entry.content.seek(0, io.SEEK_END)
            entry.content.seek(0)
            digest = checksum(member)
            self.tar.addfile(member, _Listening(entry.content, digest))
        else:
            member.type, member.linkname = (
                (tarfile.SYMTYPE, entry.link) if entry.link else (tarfile.DIRTYPE, "")
            )
            digest = checksum(member)
            self.tar.addfile(member)
        self.sums[entry.name] = digest.hexdigest()
        entry.close()

    def finish(self, times: dict[str, float]) -> None:
        """Write the last member: the checksums, and when each submission came."""
        self._page(TAIL, {"sha256": self.sums, "submitted": times})

    def _page(self, name: str, content: dict) -> None:
        data = json.dumps(content).encode()
        member = tarfile.TarInfo(name)
        member.size = len(data)
        self.tar.addfile(member, io.BytesIO(data))


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """The content of a file in the archive. ValueError if the member is no file."""
    content = tar.extractfile(member)
    if content is None:
        raise ValueError(f"{member.name} is no file")
    return content


class Reader:
    """Reads an archive from a stream, once, from its beginning to its end. `name` is for
    sentences."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.name = name
        self.sums: dict[str, str] = {}
        try:
            self.packed = gzip.GzipFile(fileobj=stream, mode="rb")
            self.tar = tarfile.TarFile.open(fileobj=self.packed, mode="r|")
            first = self.tar.next()
            about = (
                json.loads(_content(self.tar, first).read(2**16))
                if first and first.name == HEAD and first.isfile()
                else {}
            )
            self.format, self.version, self.made = (
                about["kireji backup"],
                str(about["version"]),
                str(about["made"]),
            )
        except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
            raise ArchiveError(
                f"{name} is no backup of a Kireji course, or its beginning is damaged. Nothing was"
                " changed. Give the file that `./kireji backup` wrote."
            ) from None
        if self.format != FORMAT and not (
            isinstance(self.format, int) and OLDEST <= self.format < FORMAT
        ):
            newer = isinstance(self.format, int) and self.format > FORMAT
            raise ArchiveError(
                f"{name} was written by Kireji {self.version}; its backups (format {self.format})"
                f" are {'newer' if newer else 'older'} than this Kireji can read ({OLDEST} to"
                f" {FORMAT}). Nothing was changed. Restore it with Kireji"
                f" {self.version}{'' if newer else ', and back up again from a later one'}."
            )

    def members(self) -> Iterator[tuple[tarfile.TarInfo, "_Listening | None"]]:
        """Each entry, and a file's content, which must be read to its end before the next is asked
        for.

        ArchiveError at the end, or before, if what came is not what was written.
        """
        with self._damage():
            while member := self.tar.next():
                self.tar.members.clear()  # type: ignore[attr-defined]  # it would keep all of them
                if member.name == TAIL:
                    self._check(json.loads(_content(self.tar, member).read(LARGEST_PAGE)))
                    if self.tar.next() is not None or self.packed.read(2**16).strip(b"\0"):
                        raise ValueError("something follows its end")
                    return
                if member.name in self.sums:
                    raise ValueError("it has a file twice")
                digest = checksum(member)
                content = (
                    _Listening(_content(self.tar, member), digest, self._damage)
                    if member.isreg()
                    else None
                )
                yield member, content
                self.sums[member.name] = digest.hexdigest()
            raise EOFError("its end is missing")

    def _check(self, tail: dict) -> None:
        written, self.times = (
            tail["sha256"],
            {str(name): float(time) for name, time in tail["submitted"].items()},
        )
        if written != self.sums:
            wrong = sorted(
                name
                for name in written.keys() | self.sums.keys()
                if written.get(name) != self.sums.get(name)
            )
            raise ValueError(f"{ascii(wrong[0])} is not as it was written")

    @contextmanager
    def _damage(self) -> Iterator[None]:
        try:
            yield
        except (
            tarfile.TarError,
            gzip.BadGzipFile,
            EOFError,
            zlib.error,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
        ) as error:
            raise ArchiveError(
                f"{self.name} is damaged ({error or type(error).__name__}). Nothing was changed."
                " Use another copy, or another backup."
            ) from None


def checksum(member: tarfile.TarInfo) -> "hashlib._Hash":
    """A sum of what a member is, to which a file's content is to be added."""
    kind = (
        "file"
        if member.isreg()
        else "link"
        if member.issym()
        else "folder"
        if member.isdir()
        else "other"
    )
    about = [kind, member.mode, modified(member), member.uid, member.gid, member.linkname]
    return hashlib.sha256(json.dumps(about).encode() + b"\n")


def modified(member: tarfile.TarInfo) -> int:
    """A member's time of modification, in nanoseconds since 1970."""
    return int(Decimal(member.pax_headers.get("mtime", int(member.mtime))) * 10**9)


class _Listening:
    """A file whose bytes are added to a checksum as they are read."""

    def __init__(
        self,
        file: IO[bytes],
        digest: "hashlib._Hash",
        guard: Callable[[], AbstractContextManager] = nullcontext,
    ) -> None:
        self.file, self.digest, self.guard = file, digest, guard

    def read(self, size: int = -1) -> bytes:
        with self.guard():
            data = self.file.read(size)
        self.digest.update(data)
        return data
