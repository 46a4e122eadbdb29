"""A running course that the hub's tests share, and one that a test may start and end as it likes."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live_course import LiveCourse


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCourse]:
    """A course that is up."""
    course = LiveCourse(tmp_path_factory.mktemp("running"))
    course.release_something()
    course.start()
    yield course
    course.stop()


@pytest.fixture
def course(tmp_path: Path) -> Iterator[LiveCourse]:
    """A course that is not up yet; whatever a test leaves running is ended after it."""
    course = LiveCourse(tmp_path)
    course.release_something()
    yield course
    if course.process and course.process.poll() is None:
        os.killpg(course.process.pid, signal.SIGINT)
        course.process.wait(60)
