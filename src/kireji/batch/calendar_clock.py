"""Applies the calendar when its time comes, or when it or what it is applied to has changed."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from traitlets.config import Config

from kireji.nbgrader_plugins.apply_calendar import apply, signature

RETRY_SECONDS = 60.0


class CalendarClock:
    """tell: gets what was done and what is wrong, each sentence once until something changes."""

    def __init__(self, config: Config, tell: Callable[[str], None]) -> None:
        self.config, self.tell = config, tell
        self._applied: tuple[object, ...] = ()
        self._said: set[str] = set()
        self._retry_at = 0.0

    def tick(self) -> bool:
        """Apply the calendar if there may be something to do; say whether it was done."""
        if time.monotonic() < self._retry_at:
            return False
        try:
            if signature(self.config, datetime.now(UTC)) == self._applied:
                return False
            sentences = apply(self.config).sentences()
            self._applied = signature(self.config, datetime.now(UTC))
        except Exception as error:  # a locked gradebook, a full disk: grading goes on
            sentences = [f"The calendar could not be applied, and is tried again: {error}"]
            self._retry_at = time.monotonic() + RETRY_SECONDS
        for sentence in sentences:
            if sentence not in self._said:
                self.tell(sentence)
        self._said = set(sentences)
        return True
