"""The deployment of docker-compose.yml as a project of its own: built, started, asked, restarted,
and removed with all it had."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import requests

from kireji.hub.embedded.lifecycle import free_ports
from tests.support.clone import ARTEFACTS, COURSE, ROOT

LOG_IN = "/hub/login"
FORMGRADER = "/services/kireji/formgrader"
# seconds for what a busy machine does slowly: to build an image, to prepare the course
MAX_WAIT_SECONDS = 600


def composes() -> dict[str, list[str]]:
    """The commands of this machine's Composes, the newer first: "new" (v2 and all later ones) and
    "old" (1.29)."""
    found: dict[str, list[str]] = {}
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            done = subprocess.run(
                [*command, "version", "--short"],
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
            )
            if done.returncode == 0:
                found.setdefault("old" if done.stdout.strip().startswith("1.") else "new", command)
    return found


def compose_missing() -> str | None:
    """Which of Compose v2 and docker-compose 1.29 is not here; None if both are."""
    missing = [
        name
        for age, name in (("new", "Compose v2"), ("old", "docker-compose 1.29"))
        if age not in composes()
    ]
    return f"not installed: {' and '.join(missing)}" if missing else None


def engine_missing() -> str | None:
    """Why no deployment can be started here; None if one can."""
    if (
        not shutil.which("docker")
        or subprocess.run(["docker", "info"], capture_output=True, timeout=60).returncode != 0
    ):
        return "no Docker engine answers"
    return None if composes() else "there is neither Compose v2 nor docker-compose"


class Stack:
    """A deployment under a name that no other has. `address` is where it answers when it is up.

    `command` is the Compose that it is driven by: the newer one where there are two."""

    def __init__(self, **settings: str) -> None:
        self.command = next(iter(composes().values()))
        self.project, self.port = f"kireji-test-{os.getpid()}", free_ports(1)[0]
        self.address = f"http://127.0.0.1:{self.port}"
        self.settings = {
            "COMPOSE_PROJECT_NAME": self.project,
            "KIREJI_PORT": str(self.port),
            "KIREJI_VERSION": "test",
            "KIREJI_SANDBOXES": "1",
            "KIREJI_GRADE_ON_SUBMIT": "no",  # unless a test says so
        } | settings
        self.seconds: dict[str, float] = {}  # what took how long

    @contextlib.contextmanager
    def timed(self, what: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds[what] = time.monotonic() - started

    def compose(self, *arguments: str, check: bool = True) -> str:
        """Run Compose; what it wrote to standard output."""
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=ROOT,
            env=os.environ | self.settings,
            text=True,
            capture_output=True,
            timeout=3 * MAX_WAIT_SECONDS,
            stdin=subprocess.DEVNULL,
        )
        assert not check or done.returncode == 0, (
            f"{arguments}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
        return done.stdout

    def build(self) -> None:
        with self.timed("build the images"):
            self.compose("build")

    def up(self) -> None:
        """Start everything, and wait until the hub and the course answer."""
        with self.timed("first start" if "first start" not in self.seconds else "start again"):
            self.compose("up", "-d")
            self.wait()

    def wait(self) -> None:
        """Until the hub and the course service answer a stranger."""
        wait_until(lambda: self.answers(LOG_IN) and self.answers(FORMGRADER), self.logs)

    def answers(self, path: str) -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(self.address + path, timeout=10).ok
        return False

    def make_certificate(self) -> Path:
        """A self-signed certificate for 127.0.0.1, in a folder of its own where
        docker-compose.yml can name it."""
        folder = Path(tempfile.mkdtemp(prefix="tls-", dir=COURSE.var))
        subprocess.run(
            [
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=127.0.0.1",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
                "-keyout",
                folder / "key.pem",
                "-out",
                folder / "cert.pem",
            ],
            check=True,
            capture_output=True,
        )
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755)  # the proxy is uid 1000
        return folder / "cert.pem"

    @contextlib.contextmanager
    def settings_for_now(self, *services: str, **settings: str) -> Iterator[None]:
        """Other settings for the services that they concern, or only for those named; and back."""
        before = self.settings
        try:
            self.settings = before | settings
            self.compose("up", "-d", *services)
            yield
        finally:
            self.settings = before
            self.compose("up", "-d", *services)

    def down(self) -> None:
        """Containers and networks of the services go; volumes stay, and students' servers."""
        with self.timed("down"):
            self.compose("down")

    def remove(self) -> None:
        """Leave nothing but the images."""
        self.compose("down", "--volumes")
        for student in self.students():
            docker("rm", "--force", student)
        for network in docker(
            "network", "ls", "--quiet", "--filter", f"name=^{self.project}-student-"
        ).split():
            docker("network", "rm", network)

    def students(self) -> list[str]:
        """The students' containers."""
        return docker(
            "ps", "--all", "--quiet", "--filter", f"name=^/{self.project}-student-"
        ).split()

    def container(self, service: str) -> str:
        """The id of a service's first container."""
        return docker(
            "ps",
            "--quiet",
            "--filter",
            f"label=com.docker.compose.project={self.project}",
            "--filter",
            f"label=com.docker.compose.service={service}",
        ).split()[0]

    def inspect(self, container: str) -> dict:
        return json.loads(docker("inspect", container))[0]

    def inside(self, service: str, *command: str) -> str:
        """What a command says that runs in a service's container under its own account."""
        return docker("exec", "--user", "1000", self.container(service), *command)

    def volume(self, name: str) -> Path:
        """Where a volume lies on this machine."""
        return Path(
            json.loads(docker("volume", "inspect", f"{self.project}_{name}"))[0]["Mountpoint"]
        )

    def first_password(self, name: str = "instructor") -> str:
        """As docs/howto/run-a-class.md says to find it."""
        said = self.inside("hub", "cat", "/srv/kireji/var/hub/first-passwords")
        return re.search(rf"^{name} (\S+)$", said, re.MULTILINE)[1]

    def report(self) -> None:
        """Keep what took how long, where people look for what tests leave."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        lines = [f"{what}: {seconds:.1f} s\n" for what, seconds in self.seconds.items()]
        (ARTEFACTS / "compose-times.txt").write_text("".join(lines))
        print("".join(lines))

    def logs(self, *services: str) -> str:
        return self.compose("logs", "--no-color", *services, check=False)[-6000:]


def wait_until(true: Callable[[], bool], why_not: Callable[[], str] = str) -> None:
    """Until something is so; AssertionError with the reason if it is not for very long."""
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while not true():
        assert time.monotonic() < deadline, why_not()
        time.sleep(1)


def docker(*arguments: str) -> str:
    """Run Docker; what it wrote to standard output."""
    done = subprocess.run(
        ["docker", *arguments],
        text=True,
        capture_output=True,
        timeout=MAX_WAIT_SECONDS,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{arguments}: {done.stderr}"
    return done.stdout
