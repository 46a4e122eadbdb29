"""Removes files and folders, also those that their owner made unreadable."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder with everything in it; nothing if there is none."""

    def open_up(function: Callable[..., Any], failed: str, error: Any) -> None:
        os.chmod(os.path.dirname(failed), 0o700)
        if os.path.isdir(failed) and not os.path.islink(failed):
            os.chmod(failed, 0o700)
            shutil.rmtree(failed, ignore_errors=True)
        else:
            function(failed)

    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path, onerror=open_up)
