"""A copy of the course in a folder of its own, run by `kireji up` as a person would: it shares no
state."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import requests
from nbformat.v4 import new_markdown_cell, new_notebook

from kireji.hub.embedded.lifecycle import free_ports
from kireji.setup.venv import activated
from tests.support.clone import COURSE, ROOT

PARTS = (
    "src",
    "lab",
    "hub_config",
    "nbgrader_config.py",
    "graders",
    "source",
    "docs",
    "code",
    "pyproject.toml",
    "requirements.lock",
)
MAX_WAIT_SECONDS = 120  # seconds for a start on a busy machine


class LiveCourse:
    """`root` is the copy; `address` is where its hub answers while it is up.

    grade_on_submit: whether the hub grades what arrives, or a person does in the test."""

    def __init__(self, root: Path, grade_on_submit: bool = False) -> None:
        self.grade_on_submit = grade_on_submit
        self.root, self.port = root, free_ports(1)[0]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None
        self.passwords: dict[str, str] = {}  # {name: password}, of all who had one so far
        for part in filter(lambda part: (ROOT / part).exists(), PARTS):
            source, target = ROOT / part, root / part
            if source.is_dir():
                shutil.copytree(
                    source,
                    target,
                    ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "node_modules"),
                )
            else:
                shutil.copyfile(source, target)
        (root / "var").mkdir()
        (root / "var" / "secret").write_text("0" * 64)
        if COURSE.data.is_dir():
            (root / "var" / "data").symlink_to(COURSE.data)

    def release_something(self) -> None:
        """Put an assignment into release/ that is there to be fetched, and not more."""
        folder = self.root / "release" / "tiny"
        folder.mkdir(parents=True)
        nbformat.write(
            new_notebook(cells=[new_markdown_cell("Nothing to do.", id="nothing")]),
            folder / "tiny.ipynb",
        )

    def release_everything(self) -> None:
        """Generate the assignments and enter them in the gradebook, as the set-up does."""
        subprocess.run(
            [sys.executable, "-P", "-m", "kireji.nbgrader_plugins.generate_release"],
            cwd=self.root,
            check=True,
            env=self.environment,
            stdout=subprocess.DEVNULL,
        )

    @property
    def environment(self) -> dict[str, str]:
        """Has Python import the copy's packages in place of the installed ones."""
        return activated(os.environ) | {
            "PYTHONPATH": f"{self.root / 'src'}:{self.root / 'lab'}",
            "COLUMNS": "160",
            "KIREJI_GRADE_ON_SUBMIT": "yes" if self.grade_on_submit else "no",
        }

    def run_up(self, port: int | None = None) -> subprocess.Popen:
        """Start `kireji up` and return at once; what it says goes to up.log."""
        command = [sys.executable, "-P", "-m", "kireji", "up", "--port", str(port or self.port)]
        with (self.root / "up.log").open("w") as log:
            return subprocess.Popen(
                command,
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start(self) -> float:
        """Start and wait until it says that it is ready; return the seconds it took."""
        began = time.monotonic()
        self.process = self.run_up()
        while "Ready after" not in self.said:
            assert self.process.poll() is None, f"up ended: {self.said}"
            assert time.monotonic() - began < MAX_WAIT_SECONDS, (
                f"up is not ready: {self.said}\n{self.log}"
            )
            time.sleep(0.1)
        return time.monotonic() - began

    def stop(self, how: int = signal.SIGINT) -> int:
        """End it as Ctrl-C does; return the exit status."""
        self.process.send_signal(how)
        return self.process.wait(60)

    @property
    def said(self) -> str:
        """What `up` printed so far."""
        return (self.root / "up.log").read_text()

    @property
    def log(self) -> str:
        """What the hub logged so far."""
        return (self.root / "var" / "hub" / "hub.log").read_text()

    def password(self, name: str) -> str:
        """The password that `up` showed; the course forgets it when the person has logged in."""
        file = self.root / "var" / "hub" / "first-passwords.json"
        if file.exists():
            self.passwords |= json.loads(file.read_text())
        return self.passwords[name]

    def log_in(self, name: str, password: str | None = None) -> requests.Session:
        """A session with the hub's cookies, as a browser has them after the log-in page."""
        session = requests.Session()
        session.get(f"{self.address}/hub/login")
        session.post(
            f"{self.address}/hub/login",
            params={"next": "/hub/home"},
            data={
                "username": name,
                "password": password or self.password(name),
                "_xsrf": session.cookies["_xsrf"],
            },
        )
        return session

    def can_log_in(self, name: str, password: str | None = None) -> bool:
        """Whether the hub lets this person in."""
        with self.log_in(name, password) as session:
            return session.get(f"{self.address}/hub/home").url.endswith("/hub/home")

    def open_server(self, name: str) -> requests.Session:
        """Log in and wait for the person's own server; the session has that server's cookies
        too."""
        session = self.log_in(name)
        deadline = time.monotonic() + MAX_WAIT_SECONDS
        # the hub has not noticed yet that the last one ended
        while not session.get(f"{self.address}/hub/spawn").ok:
            assert time.monotonic() < deadline, self.log[-4000:]
            time.sleep(0.3)
        while (
            not (page := session.get(f"{self.address}/user/{name}/lab")).ok
            or f"/user/{name}/lab" not in page.url
        ):
            assert time.monotonic() < deadline, self.log[-4000:]
            time.sleep(0.3)
        return session

    def processes(self) -> list[psutil.Process]:
        """Everything that `up` has started and that runs now."""
        return psutil.Process(self.process.pid).children(recursive=True)
