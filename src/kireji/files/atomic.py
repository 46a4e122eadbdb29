"""Files that are written whole: a reader sees the old content or the new one, whatever interrupts
the writer."""

import os
from pathlib import Path


def write_whole(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Put `content` (text as UTF-8) in `path`'s place in one step; at no moment has anybody more
    rights to it than `mode` gives.

    Several processes may do so at once: the last one's content stays. Killed in the middle, it
    leaves a draft in the same folder, named `.NAME.PID`. OSError as the system says it, a full disk
    for example; the old file is whole then."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
