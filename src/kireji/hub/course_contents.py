"""The files that the course service's pages may ask for: nbgrader's own folders, and no others.

`var/`, with accounts, held-out data and the secret, `graders/` with the hidden tests, and the
gradebook lie below the same root. No page needs them.
"""

from pathlib import PurePosixPath

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado import web

READABLE = frozenset({"source", "release", "submitted", "autograded", "feedback"})
WRITABLE = frozenset({"source"})  # nbgrader makes the others from it


def is_readable(path: str) -> bool:
    """Return whether a page may ask for this path, relative to the course's root."""
    parts = _parts(path)
    return not parts or (parts[0] in READABLE and ".." not in parts)


def is_writable(path: str) -> bool:
    """Return whether a page may change this path."""
    parts = _parts(path)
    return len(parts) > 1 and parts[0] in WRITABLE and ".." not in parts


def _parts(path: str) -> tuple[str, ...]:
    return PurePosixPath(path.replace("\\", "/").strip("/")).parts


class CourseContents(AsyncLargeFileManager):
    """Jupyter's contents manager, for these folders alone."""

    def _get_os_path(self, path: str) -> str:
        if not is_readable(path):
            raise web.HTTPError(404, "The course service does not show this file.")
        return super()._get_os_path(path)

    async def _dir_model(self, path: str, content: bool = True) -> dict:
        if _parts(path) or not content:
            return await super()._dir_model(path, content)
        root = await super()._dir_model(path, content=False)
        there = [name for name in sorted(READABLE) if await self.dir_exists(name)]
        entries = [await self.get(name, content=False) for name in there]
        return root | {"content": entries, "format": "json"}

    async def save(self, model, path=""):
        """Save a file of `source/`."""
        _refuse_others(path)
        return await super().save(model, path)

    async def delete_file(self, path):
        """Delete a file of `source/`."""
        _refuse_others(path)
        await super().delete_file(path)

    async def rename_file(self, old_path, new_path):
        """Rename a file within `source/`."""
        _refuse_others(old_path, new_path)
        await super().rename_file(old_path, new_path)

    async def restore_checkpoint(self, checkpoint_id, path):
        """Put back an earlier version of a file of `source/`."""
        _refuse_others(path)
        await super().restore_checkpoint(checkpoint_id, path)


def _refuse_others(*paths: str) -> None:
    if not all(map(is_writable, paths)):
        raise web.HTTPError(403, "The course service changes files in source/ only.")
