"""The grader's end of the way into a sandbox container; a process that stands for the kernel in it.

Usage: relay.py SUPERVISOR_SOCKET START_REQUEST SUBMISSION_FOLDER CONNECTION_FILE. Standard library only, so that it
starts in a moment. It listens where Jupyter's client looks for the kernel, and opens a line to the supervisor for
each connection that comes.
"""

import asyncio
import contextlib
import json
import socket
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "inside"))

from pump import join, listen, read_line, write_line  # noqa: E402 (its folder is no package)


class Relay:
    """Lines to one session of one supervisor."""

    def __init__(self, supervisor: str, start: dict, submission: Path, connection_file: Path) -> None:
        self.supervisor, self.start, self.submission = supervisor, start, submission
        self.connection = json.loads(connection_file.read_text())
        self.doorbell = connection_file.parent / "a"

    async def call(self, **request: object) -> socket.socket:
        """A line to the supervisor on which `request` was said."""
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.setblocking(False)
        await asyncio.get_running_loop().sock_connect(line, self.supervisor)
        await write_line(line, {"session": self.start["session"], **request})
        return line

    async def run(self) -> None:
        """Start the kernel and pass everything on until it ends."""
        files = sorted(path for path in self.submission.iterdir())
        started = await self.call(**self.start, connection=self.connection,
                                  files={path.name: path.stat().st_size for path in files})
        for path in files:
            await asyncio.get_running_loop().sock_sendall(started, path.read_bytes())
        names = [name for name in self.connection if name.endswith("_port")]
        tasks = [asyncio.create_task(self.pass_on(self.connection[name])) for name in names]
        tasks.append(asyncio.create_task(self.agent()))
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().sock_recv(started, 1)      # nothing comes but the end
        for task in tasks:
            task.cancel()

    async def pass_on(self, port: int) -> None:
        """Answer for the kernel at one of its sockets."""
        loop, lines = asyncio.get_running_loop(), set()
        listener = listen(f"{self.connection['ip']}-{port}")
        while True:
            client, _ = await loop.sock_accept(listener)
            client.setblocking(False)
            line = asyncio.create_task(self.connect(client, port))
            lines.add(line)
            line.add_done_callback(lines.discard)

    async def connect(self, client: socket.socket, port: int) -> None:
        with contextlib.suppress(OSError):
            await join(client, await self.call(do="kernel", port=port))
        client.close()

    async def agent(self) -> None:
        """When the agent calls, ring the grader's doorbell."""
        line = await self.call(do="agent")
        await read_line(line)
        grader = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        grader.setblocking(False)
        await asyncio.get_running_loop().sock_connect(grader, str(self.doorbell))
        await join(line, grader)


if __name__ == "__main__":
    supervisor, request, submission, connection_file = sys.argv[1:]
    asyncio.run(Relay(supervisor, json.loads(request), Path(submission), Path(connection_file)).run())
