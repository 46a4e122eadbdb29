"""Another wall behind the same interface: a sandbox container, reached through its supervisor's unix socket.

The grader reserves a container that is free, and starts `relay.py` as if it were the kernel; that process passes the
kernel's sockets and the agent's call through. When the reservation is let go, the supervisor leaves nothing of it.
"""

import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from kireji.errors import KirejiError

from .limits import Limits
from .place import Place

FOLDER = os.environ.get("KIREJI_SANDBOXES")     # where the supervisors' sockets are; set in the course's image
WORK, HOME = "/sandbox/work/submission", "/sandbox/home/student"      # made by the supervisor for each submission
NONE = "No sandbox container answers, so nothing can be graded. Start them: docker compose up -d sandbox"
PAUSE, PATIENCE, ANSWER = 0.1, 30.0, 10.0           # seconds


class ContainerPlace(Place):
    """In a sandbox container: no network, a uid of its own, and nothing of the course."""

    def __init__(self, files: Mapping[str, bytes], limits: Limits, folder: str) -> None:
        super().__init__(files, limits)
        try:
            self.socket, self.connection, self.session = reserve(Path(folder))
        except BaseException:
            super().close()
            raise

    def command(self, connection_file: str) -> list[str]:
        """The relay, which stands for the kernel: it ends when the kernel ends, and the kernel when it ends."""
        environment = self.environment(WORK, HOME) | {
            "PATH": f"{sys.prefix}/bin:/usr/bin:/bin", "PYTHONPATH": "/srv/kireji/lab:/sandbox/agent",
            "ATTENTION_LAB_DATA": "/srv/kireji/var/data/lab"}
        copies = {f"{self.root}/given": WORK, "/sandbox/given/matplotlib": f"{HOME}/matplotlib"}
        start = {"do": "start", "session": self.session, "place": str(self.root), "environment": environment,
                 "options": self.start_options(copies)}
        return [sys.executable, "-P", str(Path(__file__).with_name("relay.py")), str(self.socket), json.dumps(start),
                str(self.submission), connection_file]

    def close(self) -> None:
        self.connection.close()
        super().close()


def reserve(folder: Path) -> tuple[Path, socket.socket, str]:
    """Wait for a container that is free: its socket, the line that holds it, and the session's name.

    KirejiError if for a while there is none that answers at all."""
    deadline = time.monotonic() + PATIENCE
    while True:
        for path in sorted(folder.glob("*.sock")):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(ANSWER)
            try:
                connection.connect(str(path))
                connection.sendall(b'{"do": "reserve"}\n')
                answer = json.loads(connection.makefile().readline())
            except (OSError, ValueError):       # it is starting, ending, or gone
                connection.close()
                continue
            deadline = time.monotonic() + PATIENCE      # somebody is there, if only to say that it is busy
            if "session" in answer:
                return path, connection, answer["session"]
            connection.close()
        if time.monotonic() > deadline:
            raise KirejiError(NONE)
        time.sleep(PAUSE)
