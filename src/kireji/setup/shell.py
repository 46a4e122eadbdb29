"""Run the installers: their output goes to the log, its last line next to the progress."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from kireji.setup.explain import last_words
from kireji.setup.progress import ProgressLine
from kireji.setup.venv import activated

QUIET = {
    "PIP_USER": "0",
    "PIP_NO_INPUT": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_PROGRESS_BAR": "off",
    "UV_PYTHON_DOWNLOADS": "never",
    "PYTHONUNBUFFERED": "1",
}
TURN = 0.1  # seconds between two looks at a running command
STOP_SECONDS = 3.0  # seconds a command gets to end


@dataclass(frozen=True)
class CommandOutcome:
    ok: bool
    output: str


class Shell:
    """Runs commands one after another; `keep_open` is a file descriptor every command inherits."""

    def __init__(self, log: TextIO, scratch: Path, line: ProgressLine, keep_open: int) -> None:
        # `log` is open for appending: the commands write to it too.
        self.log, self.scratch, self.line, self.keep_open = log, scratch, line, keep_open

    def run(self, *command: object, settings: dict[str, str] | None = None) -> CommandOutcome:
        """Run `command` to its end with `settings` in its environment. Ctrl-C ends it first."""
        words = [str(word) for word in command]
        self.log.write("$ " + " ".join(words) + "\n")
        self.log.flush()
        start = os.fstat(self.log.fileno()).st_size
        environment = (
            activated(os.environ) | QUIET | {"TMPDIR": str(self.scratch)} | (settings or {})
        )
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=subprocess.STDOUT,
                env=environment,
                pass_fds=[self.keep_open],
            )
        except OSError as error:  # a damaged or forbidden program is one that fails
            self.log.write(f"{error}\n")
            self.log.flush()
            return CommandOutcome(False, str(error))
        try:
            while not self._ended(process, TURN):
                self.line.turn(last_words(self._output(start)))
        except BaseException:
            self._end(process)
            raise
        return CommandOutcome(process.returncode == 0, self._output(start))

    def _end(self, process: subprocess.Popen) -> None:
        # Ctrl-C has reached it too, and it is tidying up; told again, it would leave that.
        if not self._ended(process, STOP_SECONDS):
            process.send_signal(signal.SIGINT)
            if not self._ended(process, STOP_SECONDS):
                process.kill()
                process.wait()

    @staticmethod
    def _ended(process: subprocess.Popen, seconds: float) -> bool:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _output(self, start: int) -> str:
        with open(self.log.name, "rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace")
