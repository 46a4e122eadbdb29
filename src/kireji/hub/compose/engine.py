"""What the hub needs of the Docker engine, looked at once before it starts."""

import os
import socket
import sys
from typing import Any

import docker

from kireji.errors import KirejiError

NO_SOCKET = (
    "The engine's socket cannot be used ({}). KIREJI_DOCKER_SOCKET names it on this machine: "
    "/var/run/docker.sock, or $XDG_RUNTIME_DIR/docker.sock where Docker runs without root. Where "
    "the engine remaps users (userns-remap), also set KIREJI_USERNS_MODE=host."
)
# What an engine may not be able to hold, as it says itself, and what then is not held.
LIMITS = {
    "MemoryLimit": "memory",
    "PidsLimit": "processes",
    "CpuCfsQuota": "processors",
}


def check(path: str) -> None:
    """KirejiError if the engine does not answer at this socket. Says which limits it cannot
    hold."""
    try:
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(10)
            caller.connect(path)
    except OSError as error:
        raise KirejiError(NO_SOCKET.format(error.strerror or error)) from None
    if os.getuid() != 0:
        return
    client = docker.DockerClient(f"unix://{path}", timeout=30)
    try:
        for sentence in warnings(client.info()):
            print(sentence, file=sys.stderr, flush=True)
    except docker.errors.DockerException as error:
        raise KirejiError(NO_SOCKET.format(str(error)[:200])) from None
    finally:
        client.close()


def warnings(info: dict[str, Any]) -> list[str]:
    """A sentence for what this engine cannot do."""
    missing = [what for name, what in LIMITS.items() if info.get(name) is False]
    return [
        f"This engine holds no limit on {', '.join(missing)}: one server or submission can take all"
        " of the machine. A rootless engine needs cgroup v2 with these controllers delegated"
        " to it."
    ] * bool(missing)
