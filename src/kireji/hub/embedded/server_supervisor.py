"""Starts one student's server behind the wall, and watches what it uses until it ends.

The server has a network of its own, with no other process in it. Two unix sockets lead out: one for
the door's connections to the server (`door.sockets`), one for the server's to the hub's API
(`hub_api`). The port that the hub knows says whether the server is up, and nothing else
(`server_status`). The hub starts a supervisor for each server and ends the server by ending it.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from subprocess import PIPE, Popen

from kireji.hub.door import sockets
from kireji.hub.embedded import hub_api, server_status
from kireji.hub.embedded.guest import relay
from kireji.hub.parent_death_signal import die_with_parent
from kireji.hub.server_limits import Disk, kernel_limits
from kireji.sandbox.bwrap_command import Mount, Wall, command
from kireji.sandbox.limits import Limits
from kireji.sandbox.watchdog import Watchdog

RELAY = Path(relay.__file__)
DOOR = "/run/kireji"  # where the server finds the socket of the hub's API


LOOK_SECONDS = 0.5  # between two looks at processes and memory
DISK_SECONDS = 10  # between two looks at the disk
HANDED_ON = ("PATH", "PYTHONPATH", "TMPDIR")


@dataclass(frozen=True)
class Orders:
    """What a supervisor is told by the hub, on its standard input: among it is the server's
    token."""

    bwrap: str
    wall: Wall  # without the door, which the supervisor adds
    program: list[str]
    port: int  # the server's name for the door, and where it listens in its own network
    sockets: str  # the folder in which the door finds the server's socket
    hub: str  # http://HOST:PORT
    hub_path: str  # /hub
    limits: Limits
    folders: list[str]  # on the disk, where the server may write ...
    disk: Disk  # ... and how much they may hold
    note: str  # the file for the reason, if the server is ended because of its limits

    def send(self) -> Popen:
        """Start a supervisor that carries these out."""
        supervisor = Popen(
            [sys.executable, "-P", "-m", "kireji.hub.embedded.server_supervisor"],
            stdin=PIPE,
            start_new_session=True,
            env={name: os.environ[name] for name in HANDED_ON if name in os.environ},
        )
        assert supervisor.stdin is not None  # a pipe
        with supervisor.stdin as pipe:
            pipe.write(json.dumps(asdict(self), default=str).encode())
        return supervisor

    @classmethod
    def receive(cls, text: str) -> "Orders":
        """What `send` sent."""
        fields = json.loads(text)
        mounts = tuple(
            Mount(Path(mount.pop("source")), **mount) for mount in fields["wall"].pop("mounts")
        )
        return cls(
            **fields
            | {
                "wall": Wall(mounts=mounts, **fields["wall"]),
                "limits": Limits(**fields["limits"]),
                "disk": Disk(**fields["disk"]),
            }
        )


def start(orders: Orders, folder: Path, listener: socket.socket) -> Popen:
    """Start the server behind the wall, with `listener` to take connections from and `folder` to
    reach the hub through."""
    door = (Mount(RELAY, f"{DOOR}/relay.py"), Mount(folder, f"{DOOR}/out"))
    wall = replace(orders.wall, mounts=(*orders.wall.mounts, *door))
    hub_port = orders.hub.rpartition(":")[2]
    program = [
        sys.executable,
        "-I",
        f"{DOOR}/relay.py",
        json.dumps(kernel_limits(orders.limits)),
        str(listener.fileno()),
        str(orders.port),
        f"{DOOR}/out/hub",
        hub_port,
        *orders.program,
    ]
    line = command(orders.bwrap, wall, program)
    # The options go through a file in memory: among them is the environment, and a command line is
    # readable by everybody here.
    end = line.index("--")
    options = os.memfd_create("bwrap-options")
    try:
        os.write(options, "\0".join(line[1:end]).encode() + b"\0")
        os.lseek(options, 0, os.SEEK_SET)
        return Popen(
            [orders.bwrap, "--args", str(options), *line[end:]],
            env={},
            pass_fds=[options, listener.fileno()],
        )
    finally:
        os.close(options)


async def guard(orders: Orders, root: Path) -> int:
    """Run the server until it ends, or until it is over a limit; its exit status."""
    out, inward = root / "out", Path(orders.sockets)
    out.mkdir()
    api = hub_api.serve(orders.hub, orders.hub_path, out / "hub")
    with sockets.listen(inward, orders.port) as listener:
        server = start(orders, out, listener)
    for ending in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(ending, server.kill)

    def end(reason: str) -> None:
        Path(orders.note).write_text(reason)
        print(f"The server on port {orders.port} was ended: {reason}.", file=sys.stderr, flush=True)
        server.kill()  # and the kernel ends everything else behind the same wall

    watchdog = Watchdog(
        server.pid, orders.limits, orders.wall.scratch, end, whose="a server", interval=LOOK_SECONDS
    )
    watchdog.start()
    disk = asyncio.create_task(watch_disk(orders, end))
    status = server_status.serve(orders.port, inward)
    try:
        return await asyncio.to_thread(server.wait)
    finally:
        server.kill()
        status.stop()
        (inward / str(orders.port)).unlink(missing_ok=True)
        disk.cancel()
        watchdog.stop()
        api.stop()


async def watch_disk(orders: Orders, end: Callable[[str], None]) -> None:
    """Call `end` when the server's folders hold more than they may, and more than when it
    started."""
    folders = [Path(folder) for folder in orders.folders]
    allowed = orders.disk.or_more(await asyncio.to_thread(Disk.used_by, folders))
    while True:
        await asyncio.sleep(DISK_SECONDS)
        if reason := (await asyncio.to_thread(Disk.used_by, folders)).reason(allowed):
            end(reason)
            return


def main() -> int:
    """Read the orders from standard input and carry them out."""
    die_with_parent()
    orders = Orders.receive(sys.stdin.read())
    root = Path(tempfile.mkdtemp(prefix="kj-"))  # the path of a unix socket must be short
    try:
        return asyncio.run(guard(orders, root))
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
