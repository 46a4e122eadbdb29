"""The wall around a student's server, started with a program that only looks."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kireji.course.layout import COURSE_ID, Course
from kireji.exchange.folders import student_folders
from kireji.hub.embedded import spawner
from kireji.sandbox.bwrap_command import command, find_bwrap

pytestmark = pytest.mark.needs("bubblewrap")

CAN_WRITE = "import os, sys; sys.exit(not os.access(sys.argv[1], os.W_OK))"


@pytest.mark.parametrize("in_memory", [True, False])
def test_nbgrader_may_write_the_exchange_folder(tmp_path: Path, in_memory: bool) -> None:
    """nbgrader lists nothing where it may not; without the folder in memory it may not."""
    course = Course(tmp_path)
    exchange = course.exchange
    student_folders(exchange, COURSE_ID, "alice").make()
    (course.homes / "alice").mkdir(parents=True)
    wall = spawner.person_wall(course, "alice", {})
    # Most courses are not below /tmp, which is writable behind the wall: leave it out.
    scratch = {place: size for place, size in wall.scratch.items() if place != "/tmp"}
    wall = replace(wall, scratch=scratch if in_memory else {})
    program = [sys.executable, "-c", CAN_WRITE, str(exchange)]
    assert (subprocess.run(command(find_bwrap(), wall, program)).returncode == 0) is in_memory
