"""One running course for all tests that need a hub, and what a person does in it: log in, open a
server, use a terminal."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests
import websocket

from tests.support.live_course import LiveCourse

SERVICE = "/services/kireji"
CAROLS_LIMITS = """

def limit_carol(spawner):
    if spawner.user.name == "carol":
        spawner.mem_limit, spawner.process_limit, spawner.disk_limit = 600 * 2**20, 150, 100 * 2**20

c.Spawner.pre_spawn_hook = limit_carol
"""
MAX_WAIT_SECONDS = 120  # seconds for a program in a terminal on a busy machine


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCourse]:
    """A course that is up."""
    course = LiveCourse(tmp_path_factory.mktemp("running"))
    course.release_something()
    add_carol(course)
    course.start()
    yield course
    course.stop()


def add_carol(course: LiveCourse) -> None:
    """One more student, so that a test may break her server: she has little of everything."""
    accounts = course.root / "var" / "hub" / "accounts.json"
    accounts.parent.mkdir(mode=0o700)
    accounts.write_text(
        json.dumps({"carol": {"role": "student", "password": "carols-own-password"}})
    )
    with (course.root / "hub_config" / "jupyterhub_config.py").open("a") as settings:
        settings.write(CAROLS_LIMITS)


@pytest.fixture(scope="session")
def instructor(running: LiveCourse) -> Iterator[requests.Session]:
    """The instructor, let into the course service."""
    with running.log_in("instructor") as session:
        session.get(f"{running.address}{SERVICE}/formgrader/manage_assignments").raise_for_status()
        yield session


@pytest.fixture(scope="session")
def alice(running: LiveCourse, instructor: requests.Session) -> Iterator[requests.Session]:
    """Alice, with her server open, in a course where there is a gradebook."""
    instructor.get(f"{running.address}{SERVICE}/formgrader/api/assignments").raise_for_status()
    assert (running.root / "gradebook.db").exists()
    with running.open_server("alice") as session:
        yield session


@pytest.fixture(scope="session")
def bob(running: LiveCourse) -> Iterator[requests.Session]:
    """Bob, with his server open."""
    with running.open_server("bob") as session:
        yield session


@pytest.fixture(scope="session")
def terminal(running: LiveCourse, alice: requests.Session) -> "Terminal":
    """A terminal in Alice's server."""
    return Terminal(running, alice, "alice")


class Terminal:
    """What somebody does who has a shell in their own server."""

    def __init__(self, course: LiveCourse, session: requests.Session, name: str) -> None:
        self.course, self.session, self.url = course, session, f"{course.address}/user/{name}"
        self.home = course.root / "var" / "homes" / name

    def run(self, program: str, *arguments: object) -> object:
        """Run a Python program there that leaves what it found, as JSON, in the file named by its
        last argument."""
        (self.home / "program.py").write_text(program)
        found = self.home / "found.json"
        found.unlink(missing_ok=True)
        words = " ".join(f"'{argument}'" for argument in arguments)
        said = self.type(
            f"python program.py {words} draft.json; mv draft.json found.json; echo DO''NE", "DONE"
        )
        assert found.exists(), said
        return json.loads(found.read_text())

    def type(self, line: str, until: str) -> str:
        """Type a line and return what the terminal says up to the word `until`."""
        with closing(self.open()) as connection:
            connection.send(json.dumps(["stdin", line + "\r"]))
            said, deadline = "", time.monotonic() + MAX_WAIT_SECONDS
            while until not in said:
                assert time.monotonic() < deadline, said
                kind, text = json.loads(connection.recv())[:2]
                said += text if kind == "stdout" else ""
        return said

    def open(self) -> websocket.WebSocket:
        """A new terminal, as JupyterLab opens one."""
        token = xsrf(self.session, f"/user/{self.home.name}/")
        name = self.session.post(
            f"{self.url}/api/terminals", headers={"X-XSRFToken": token}
        ).json()["name"]
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.session.cookies)
        return websocket.create_connection(
            f"{self.url.replace('http', 'ws')}/terminals/websocket/{name}",
            cookie=cookies,
            origin=self.course.address,
            timeout=MAX_WAIT_SECONDS,
        )


def xsrf(session: requests.Session, path: str) -> str:
    """The token that a page below `path` sends back with what it changes."""
    return next(
        cookie.value for cookie in session.cookies if cookie.name == "_xsrf" and cookie.path == path
    )


def outside(program: str, folder: Path, *arguments: object) -> object:
    """What the same program finds where there is no wall: as a process of the account that runs the
    course."""
    folder.mkdir(parents=True, exist_ok=True)
    found = folder / "found.json"
    subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments), str(found)],
        cwd=folder,
        check=True,
        timeout=MAX_WAIT_SECONDS,
    )
    return json.loads(found.read_text())
