"""The zygote of a sandbox container: as `zygote`, but the container is the wall, and a child
only changes its uid.

It is root with two powers, like the supervisor that asks it, and reads nothing of a submission.
"""

import base64
import json
import os
import socket
import sys
from typing import NoReturn

import namespaces
import start
import zygote
from protocol import FIRST_DESCRIPTOR


class ContainerZygote(zygote.Zygote):
    """Listens for the supervisor's orders."""

    def fork(self) -> int:
        return os.fork()

    def kill(self, pidfd: int) -> None:
        """That is the supervisor's, who may; and it has."""

    def carry_out(self, connection: socket.socket) -> NoReturn:
        """Be the kernel of an order: {"uid": number, "environment": {name: text}, "folder": where
        to work, "connection": path, "options": those of `start`}, with the kernel's sockets and the
        agent's as descriptors."""
        order, descriptors = zygote.read_order(connection)
        os.close(connection.detach())
        options = json.loads(order["options"])
        for number, descriptor in enumerate(descriptors, FIRST_DESCRIPTOR):
            os.dup2(descriptor, number, inheritable=False)
            os.close(descriptor)
        os.setsid()
        os.umask(0o022)
        start.become(order["uid"])
        namespaces.readable_to_itself(True)
        start.limit(options["limits"])
        os.environ.clear()
        os.environ.update(order["environment"])
        for given, place in options["copies"].items():
            start.copy(given, place)
        os.chdir(order["folder"])
        zygote.forget()
        start.become_kernel(
            order["connection"], options["sockets"], base64.b64decode(options["filter"] or "")
        )
        raise AssertionError("a kernel does not return")


def main() -> None:
    """Usage: container_zygote.py LISTENER LIFELINE MODULE..., two descriptors and what else to
    import."""
    listener, lifeline, *modules = sys.argv[1:]
    zygote.warm_up(modules)
    forker = ContainerZygote(
        socket.socket(fileno=int(listener)), socket.socket(fileno=int(lifeline)), b"", {}, {}, []
    )
    forker.lifeline.send(b".")
    forker.serve()


if __name__ == "__main__":
    main()
