"""A course that a test may start and end as it likes."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_course import LiveCourse


@pytest.fixture
def course(tmp_path: Path) -> Iterator[LiveCourse]:
    """A course that is not up yet; whatever a test leaves running is ended after it."""
    course = LiveCourse(tmp_path)
    course.release_something()
    yield course
    if course.process and course.process.poll() is None:
        os.killpg(course.process.pid, signal.SIGINT)
        course.process.wait(60)
