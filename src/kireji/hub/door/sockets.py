"""Where servers without an address wait for the door: a folder of unix sockets, one a server.

In the embedded hub every browser on the machine can reach every port of the machine. So a server
behind bubblewrap listens on a unix socket, which browsers cannot reach, named for the port that the
hub knows it by.
"""

import os
import socket
from pathlib import Path

from tornado.netutil import DefaultLoopResolver, Resolver

from kireji.course.layout import Course


def folder_of(course: Course) -> Path:
    """The folder of a course's embedded hub."""
    return course.hub / "servers"


def make_folder(folder: Path) -> Path:
    """Return the folder, empty and closed to other accounts."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left_over in folder.iterdir():
        left_over.unlink()
    return folder


def listen(folder: Path, port: int) -> socket.socket:
    """Return a listening socket for the server that the hub knows by `port`."""
    (folder / str(port)).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    with _ShortPath(folder) as short:
        listener.bind(f"{short}/{port}")
    listener.listen(128)
    return listener


class ServerResolver(Resolver):
    """Finds a server's unix socket by its port; every other address as usual."""

    def initialize(self, folder: Path | None = None) -> None:
        self.usual = DefaultLoopResolver()
        self.folder = folder
        self.short = _ShortPath(folder) if folder else None

    async def resolve(
        self, host: str, port: int, family: int = socket.AF_UNSPEC
    ) -> list[tuple[int, object]]:
        if self.folder and host == "127.0.0.1" and (self.folder / str(port)).is_socket():
            return [(socket.AF_UNIX, f"{self.short}/{port}")]
        return await self.usual.resolve(host, port, family)


class _ShortPath:
    """A folder by a path that is short enough for a unix socket, which may have 107 bytes."""

    def __init__(self, folder: Path) -> None:
        self.handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)

    def __str__(self) -> str:
        return f"/proc/self/fd/{self.handle}"

    def __enter__(self) -> "_ShortPath":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.handle)
