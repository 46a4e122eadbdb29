"""The course container's log, as `docker compose logs course` shows it, for commands that are given
in the container."""

import contextlib
from datetime import datetime

from kireji.course.settings import value

MAX_LENGTH = 1000  # characters of a line, so that it is written as one piece


def tell(sentence: str) -> None:
    """Put a line into the log; nothing where there is none. A line that cannot be written ends no
    command."""
    if log_file := value("log"):
        line = " ".join(f"[{datetime.now():%Y-%m-%d %H:%M:%S}] command line: {sentence}".split())
        with contextlib.suppress(OSError), open(log_file, "a", errors="replace") as log:
            log.write(line[:MAX_LENGTH] + "\n")
