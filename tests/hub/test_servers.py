"""What people find when they log in: a home of their own, or the formgrader."""

import pytest
import requests

from kireji.hub.homes import shown
from tests.live_course import LiveCourse
from tests.running_course import SERVICE, Terminal

pytestmark = [pytest.mark.timeout(300), pytest.mark.needs("bubblewrap")]

SELF = """
import json, os, pathlib, sys
from torch import zeros
import attention_lab
pathlib.Path(sys.argv[1]).write_text(json.dumps([os.environ["USER"], os.path.expanduser("~"), os.environ["ATTENTION_LAB_DATA"]]))
"""


def test_a_terminal_is_the_students_own(terminal: Terminal, running: LiveCourse) -> None:
    assert terminal.run(SELF) == ["alice", "/home/alice", str(running.root / "var" / "data" / "lab")]


def test_the_home_shows_the_lessons_and_the_welcome_page(running: LiveCourse, alice: requests.Session) -> None:
    contents = alice.get(f"{running.address}/user/alice/api/contents/").json()["content"]
    assert {"welcome.md", *shown()} <= {entry["name"] for entry in contents}


def test_the_instructor_lands_in_the_formgrader(running: LiveCourse, instructor: requests.Session) -> None:
    page = instructor.get(f"{running.address}/hub/")
    assert page.ok and page.url.endswith(f"{SERVICE}/formgrader/manage_assignments")
    assert instructor.get(f"{running.address}{SERVICE}/formgrader/api/assignments").json()[0]["name"]
