"""What was done in the course, by whom and when: one JSON object a line, in `var/audit`.

Several processes write there, in the compose deployment several containers. Each line is written in
one piece under a lock, and the oldest file goes when there are enough. A line that cannot be
written stops no command. Standard library only: the hub's image has little else.
"""

import contextlib
import fcntl
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

NAME = "audit.jsonl"  # the newest; audit.jsonl.1 is older, and so on
MAX_BYTES = 5 * 2**20  # of one file
MAX_FILES = 5
MAX_CHARACTERS = 500  # of one field

Event = dict[str, str]


@dataclass(frozen=True)
class AuditFile:
    """The audit file in `folder`."""

    folder: Path

    def record(self, what: str, whom: str = "", *, by: str, **details: object) -> None:
        """Write down that `by` did `what` to `whom` (an account, an assignment, a file), now."""
        event = {
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "who": by,
            "what": what,
            "whom": whom,
            **{name: str(value) for name, value in details.items()},
        }
        line = json.dumps({name: value[:MAX_CHARACTERS] for name, value in event.items()})
        try:
            with self._alone():
                self._rotate()
                with self._file(0).open("a") as file:
                    file.write(line + "\n")
        except OSError as error:
            message = f"The audit file could not be written ({error}): {line}"
            print(message, file=sys.stderr, flush=True)

    def read(self) -> Iterator[Event]:
        """Every event that is kept, the oldest first. A line that was cut off is left out."""
        for number in range(MAX_FILES - 1, -1, -1):
            with contextlib.suppress(FileNotFoundError):
                for line in self._file(number).read_text(errors="replace").splitlines():
                    with contextlib.suppress(ValueError):
                        event = json.loads(line)
                        if isinstance(event, dict):
                            yield {name: str(value) for name, value in event.items()}

    def add_earlier(self, events: list[Event]) -> None:
        """Put events of another time back among those that are kept, after a restore."""
        if not events:
            return
        with self._alone():
            every = {json.dumps(event): event for event in [*events, *self.read()]}
            lines = sorted(every, key=lambda line: every[line].get("when", ""))
            self._file(0).write_text("".join(f"{line}\n" for line in lines))
            for number in range(1, MAX_FILES):
                self._file(number).unlink(missing_ok=True)

    def _file(self, number: int) -> Path:
        return self.folder / (f"{NAME}.{number}" if number else NAME)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _rotate(self) -> None:
        newest = self._file(0)
        if not newest.exists() or newest.stat().st_size < MAX_BYTES:
            return
        for number in range(MAX_FILES - 1, 0, -1):
            with contextlib.suppress(FileNotFoundError):
                self._file(number - 1).replace(self._file(number))
