"""Reads a folder that belongs to somebody else, who may be changing it at the same time: nothing in
it is followed."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

MACHINE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EIO,
    errno.EROFS,
    errno.ENFILE,
    errno.EMFILE,
    errno.ENOMEM,
}


def is_of_the_machine(error: BaseException) -> bool:
    """Whether it says that the machine fails, such as a full disk, and not what one folder
    holds."""
    return isinstance(error, MemoryError) or isinstance(error, OSError) and error.errno in MACHINE


def printable(text: object) -> str:
    """Text in one line that every terminal and file can take, whatever names stand in it."""
    plain = str(text).encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in plain)


class UntrustedFileError(Exception):
    """Not a plain file of its own, or too large; the text goes on after the file's name: "it is
    ..."."""


class UntrustedFolder:
    """An open folder. Use as a context; OSError if `path` is no folder or a link to one."""

    def __init__(self, path: Path) -> None:
        # Everything below goes through this handle: renaming the folder or putting a link in its
        # place changes nothing.
        try:
            self.handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            if error.errno == errno.ELOOP:  # what some systems say of a link
                raise NotADirectoryError(
                    errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)
                ) from None
            raise

    def __enter__(self) -> "UntrustedFolder":
        return self

    def __exit__(self, *exception: object) -> None:
        os.close(self.handle)

    def names(self, most: int) -> list[str]:
        """The names in it, sorted; no more than `most` are looked at."""
        with os.scandir(self.handle) as entries:
            return sorted(entry.name for _, entry in zip(range(most), entries, strict=False))

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a regular file with one name, up to `limit`. UntrustedFileError for anything
        else; OSError where the machine fails."""
        try:
            # A hard link that goes between opening and asking would count as a file of its own: the
            # name is looked at first, and what is opened must be that same file.
            named = os.stat(name, dir_fd=self.handle, follow_symlinks=False)
            # Neither follows a link nor waits for a FIFO; the open file says what it is.
            file = os.open(
                name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self.handle
            )
        except OSError as error:
            if is_of_the_machine(error):
                raise
            raise UntrustedFileError("it is a link or cannot be read") from None
        try:
            status = os.fstat(file)
            if (
                not stat.S_ISREG(status.st_mode)
                or max(named.st_nlink, status.st_nlink) != 1
                or not os.path.samestat(named, status)
            ):
                raise UntrustedFileError("it is not a plain file of its own")
            # A program that mapped it can write to it, and its times change only with the first
            # write after this.
            with suppress(OSError):
                os.fsync(file)
            with open(file, "rb", closefd=False) as stream:
                content = stream.read(limit + 1)
        finally:
            os.close(file)
        if len(content) > limit:
            raise UntrustedFileError(f"it is larger than {limit // 2**20} MiB")
        return content

    def change_time(self, most: int) -> float:
        """When the folder or anything in it was last changed, in seconds since 1970.

        By the kernel's change time: unlike a modification time, no program can set it back.
        """
        times = [os.fstat(self.handle).st_ctime]
        for name in self.names(most):
            try:
                times.append(os.stat(name, dir_fd=self.handle, follow_symlinks=False).st_ctime)
            except FileNotFoundError:  # gone in the meantime
                continue
        return max(times)
