"""A line of progress per step: on a terminal it lives while the step runs, elsewhere it appears
when it ends."""

import shutil
import time
from typing import TextIO

WHEEL = "|/-\\"
TITLE = 44


class ProgressLine:
    """`with ProgressLine(title, stream) as line:` ends as a tick with the seconds, or as a cross
    after an exception."""

    def __init__(self, title: str, stream: TextIO) -> None:
        self.title, self.stream = title, stream
        self.alive = stream.isatty()
        self.start = time.monotonic()
        plain = "utf" not in (stream.encoding or "").lower()
        self.tick, self.cross = ("+", "x") if plain else ("✓", "✗")

    def __enter__(self) -> "ProgressLine":
        self.turn("")
        return self

    def turn(self, detail: str) -> None:
        """Show that time passes, and the last thing the installer said."""
        if self.alive:
            seconds = time.monotonic() - self.start
            width = shutil.get_terminal_size().columns - 1
            text = (
                f"  {WHEEL[int(seconds * 8) % len(WHEEL)]} {self.title:<{TITLE}} {seconds:4.0f} s "
                f" {detail}"
            )
            self.stream.write("\r\033[K" + text[:width])
            self.stream.flush()

    def note(self, sentence: str) -> None:
        """Say something on a line of its own, above the progress."""
        self.stream.write(("\r\033[K" if self.alive else "") + f"    {sentence}\n")
        self.turn("")

    def __exit__(self, kind, error, trace) -> None:
        seconds = time.monotonic() - self.start
        back = "\r\033[K" if self.alive else ""
        sign = self.tick if kind is None else self.cross
        self.stream.write(f"{back}  {sign} {self.title:<{TITLE}} {seconds:4.0f} s\n")
        self.stream.flush()
