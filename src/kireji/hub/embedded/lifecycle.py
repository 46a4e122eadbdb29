"""Start the hub, wait until it answers, and end it with everything it started."""

import contextlib
import fcntl
import http.client
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from kireji.course.layout import SETTING, Course
from kireji.errors import KirejiError
from kireji.hub import desk_service
from kireji.hub.course_service import URL_PREFIX
from kireji.hub.door import sockets
from kireji.hub.parent_death_signal import PARENT_DEATH_SIGNAL, adopt_orphans


class HubError(KirejiError):
    """Why the hub cannot run, in one sentence for the person at the terminal."""


@dataclass
class Hub:
    """The running hub of a course: `port` is what people use."""

    course: Course
    port: int
    process: subprocess.Popen

    @property
    def address(self) -> str:
        """What to type into a browser."""
        return f"http://127.0.0.1:{self.port}"

    def alive(self) -> bool:
        """Whether the hub's own process is there."""
        return self.process.poll() is None

    def wait_until_ready(self, seconds: float) -> None:
        """Return when the log-in page, the course service and the desk answer; HubError if they do
        not in time."""
        deadline = time.monotonic() + seconds
        pages = ["/hub/login", URL_PREFIX + "api", desk_service.PREFIX + "health"]
        while pages:
            if not self.alive():
                log = log_of(self.course)
                raise HubError(
                    f"The hub ended while it was starting: {last_error(log)} The whole story is in"
                    f" {shown(log, self.course)}."
                )
            if time.monotonic() > deadline:
                raise HubError(
                    f"The hub did not answer within {seconds:.0f} seconds; see"
                    f" {shown(log_of(self.course), self.course)}."
                )
            pages = [page for page in pages if not is_served(self.port, page)]
            time.sleep(0.25)

    def wait(self) -> None:
        """Return when the hub ends. Meanwhile, bury the orphans that `adopt_orphans` brought
        here."""
        while sys.platform == "linux" and self.alive():
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
            if ended and ended.si_pid != self.process.pid:
                os.waitpid(ended.si_pid, 0)
        self.process.wait()

    def stop(self, patience: float = 12) -> None:
        """End the hub, its proxy, its services and everybody's servers; nothing of them is left
        when this returns."""
        everything = descendants()
        if self.alive():
            # the hub then ends the servers, the services and the proxy itself
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        end_processes(everything + descendants())


def log_of(course: Course) -> Path:
    """Where the hub of a course writes what it does."""
    return course.hub / "hub.log"


def start_hub(course: Course, port: int) -> Hub:
    """Start JupyterHub as a child in its own session, its output in the log."""
    if is_taken(port):
        raise HubError(
            f"Port {port} is in use by another program; choose another one with: ./kireji up --port"
            f" {port + 1}"
        )
    adopt_orphans()
    sockets.make_folder(sockets.folder_of(course))
    hub_port, proxy_port, course_port, desk_port = free_ports(4)
    environment = os.environ | {
        SETTING: str(course.root),
        "KIREJI_PORT": str(port),
        "KIREJI_HUB_PORT": str(hub_port),
        "KIREJI_PROXY_PORT": str(proxy_port),
        "KIREJI_COURSE_PORT": str(course_port),
        "KIREJI_DESK_PORT": str(desk_port),
    }
    command = [
        *PARENT_DEATH_SIGNAL,
        sys.executable,
        "-P",
        "-m",
        "jupyterhub",
        "--config",
        str(course.config("hub_config/jupyterhub_config.py")),
    ]
    with log_of(course).open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=course.hub,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Hub(course, port, process)


def take_lock(course: Course) -> IO[str]:
    """Hold the lock that one `up` has; HubError if another one runs. Its holder's end frees it,
    however it ends."""
    course.hub.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = course.hub_lock.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        where = lock.read().strip()
        lock.close()
        raise HubError(
            f"Kireji is already running{' at ' + where if where else ''}; end it there with Ctrl-C"
            " first."
        ) from None
    lock.truncate(0)
    return lock


def descendants() -> list[psutil.Process]:
    """Every process that this one started, at any depth."""
    return psutil.Process().children(recursive=True)


def end_processes(processes: list[psutil.Process]) -> None:
    """Ask these processes to end, then make them."""
    _, alive = psutil.wait_procs(processes, timeout=0.5)
    for process in alive:
        _signal(process.terminate)
    _, alive = psutil.wait_procs(alive, timeout=2)
    for process in alive:
        _signal(process.kill)
    psutil.wait_procs(alive, timeout=2)


def _signal(send) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        send()


def is_taken(port: int) -> bool:
    """Whether something listens on this port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on now, all different."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def is_served(port: int, path: str) -> bool:
    """Whether this page is there: the proxy says 404 until it knows the way, and 503 until somebody
    is there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status not in (404, 502, 503, 504)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def last_error(log: Path) -> str:
    """The last line of the log that says something, for a sentence that names the cause."""
    lines = (
        [line.strip() for line in log.read_text(errors="replace").splitlines()]
        if log.exists()
        else []
    )
    said = [line for line in lines if line]
    return said[-1] if said else "it said nothing."


def shown(path: Path, course: Course) -> str:
    """A path as a person in the course's folder would type it."""
    return str(path.relative_to(course.root))
