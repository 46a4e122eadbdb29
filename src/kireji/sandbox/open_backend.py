"""Chooses where a submission runs: in a sandbox container, behind bubblewrap, or without a wall."""

from collections.abc import Mapping

from kireji.course import settings
from kireji.errors import KirejiError
from kireji.sandbox.backends import bubblewrap, container
from kireji.sandbox.backends.base import Backend
from kireji.sandbox.backends.unconfined import UnconfinedBackend
from kireji.sandbox.bwrap_command import find_bwrap
from kireji.sandbox.limits import Limits


def open_backend(files: Mapping[str, bytes], limits: Limits, trusted: bool = False) -> Backend:
    """A place for a submission made of `files` (name: content).

    KirejiError where there is no wall and the submission's author is not `trusted`.
    """
    if sockets := settings.value("sandbox_sockets"):
        return container.ContainerBackend(files, limits, sockets)
    if find_bwrap():
        return bubblewrap.BubblewrapBackend(files, limits)
    if trusted:
        return UnconfinedBackend(files, limits)
    raise KirejiError(bubblewrap.NO_WALL)


def zygote_address() -> str | None:
    """Where the zygote of this process's sandboxes listens; None where they have none."""
    return None if settings.value("sandbox_sockets") else bubblewrap.zygote_address()
