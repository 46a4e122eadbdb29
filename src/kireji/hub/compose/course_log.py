"""The course container's log, as `docker compose logs course` shows it, for commands that are given
in the container."""

import contextlib
import os
from datetime import datetime

LOG = os.environ.get("KIREJI_LOG")  # a file to write to; set in the course's container
MAX_LENGTH = 1000  # characters of a line, so that it is written as one piece


def tell(sentence: str) -> None:
    """Put a line into the log; nothing where there is none. What cannot be written ends nobody's
    command."""
    if LOG:
        line = " ".join(f"[{datetime.now():%Y-%m-%d %H:%M:%S}] command line: {sentence}".split())
        with contextlib.suppress(OSError), open(LOG, "a", errors="replace") as log:
            log.write(line[:MAX_LENGTH] + "\n")
