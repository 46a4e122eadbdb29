"""The first process of a sandbox container: runs one submission at a time, each under a uid that is never used again.

It is root with two powers left, to change its uid and its groups, and talks to the grader through a unix socket in a
folder that no submission may enter. The container goes on when a submission ends, because Docker delays the restart of
containers that end soon: `docs/architecture.md` has the measurements. Standard library only. Holds nothing secret.
"""

import asyncio
import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import janitor
from pump import join, listen, read_bytes, read_line, write_line

PLACE = re.compile(r"/tmp/kj-\w+")          # the path that the grader has as well, so that names of sockets agree
WORK, HOME = Path("/sandbox/work/submission"), Path("/sandbox/home/student")
FIRST_UID, LAST_UID = 200_000, 1_900_000_000


class Session:
    """One submission: from the grader's call to its hanging up."""

    def __init__(self, uid: int) -> None:
        self.uid, self.name = uid, secrets.token_hex(16)
        self.place: Path | None = None
        self.kernel: subprocess.Popen | None = None
        self.doorbell: socket.socket | None = None
        self.tasks: set[asyncio.Task] = set()
        self.started = asyncio.Event()      # its sockets can be asked for


class Supervisor:
    """Serves one session at a time to whoever may enter the folder of the socket."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self.uid = FIRST_UID + secrets.randbelow(LAST_UID - FIRST_UID)   # other containers count up from elsewhere

    async def serve(self, listener: socket.socket) -> None:
        loop, tasks = asyncio.get_running_loop(), set()
        while True:
            connection, _ = await loop.sock_accept(listener)
            connection.setblocking(False)
            task = asyncio.create_task(self.answer(connection))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def answer(self, connection: socket.socket) -> None:
        """Carry out what the first line asks for."""
        request: dict[str, Any] = {}
        try:
            request = await read_line(connection)
            if request["do"] == "reserve":
                await self.reserve(connection)
            elif self.session and secrets.compare_digest(request["session"], self.session.name):
                task = asyncio.current_task()
                self.session.tasks.add(task)
                task.add_done_callback(self.session.tasks.discard)
                await getattr(self, "do_" + request["do"])(self.session, connection, request)
        except (EOFError, OSError) as error:
            if request.get("do") != "kernel":   # a kernel that does not listen yet: ZeroMQ calls again
                say(f"a call broke off: {type(error).__name__}: {error}")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            say(f"a call that was not understood: {type(error).__name__}: {error}")
        finally:
            connection.close()

    async def reserve(self, connection: socket.socket) -> None:
        """Hold a session until the caller hangs up, then leave nothing of it."""
        if self.session:
            await write_line(connection, {"busy": True})
            return
        self.uid += 1
        self.session = session = Session(self.uid)
        try:
            await write_line(connection, {"session": session.name})
            with contextlib.suppress(OSError):
                await asyncio.get_running_loop().sock_recv(connection, 1)
        finally:
            self.end(session)
            self.session = None

    async def do_start(self, session: Session, connection: socket.socket, request: dict[str, Any]) -> None:
        """Lay out the files, start the kernel, and hold the line until it ends."""
        place = Path(request["place"])
        if not PLACE.fullmatch(str(place)) or session.kernel:
            raise ValueError("no place for a session")
        place.mkdir()
        session.place, shared = place, place / "s"
        shared.mkdir()
        shared.chmod(0o777)             # the only other uid here is the submission's
        given = place / "given"         # ours: the kernel gets a copy
        given.mkdir()
        for name, size in request["files"].items():
            (given / os.path.basename(name)).write_bytes(await read_bytes(connection, size))
        with janitor.acting_as(session.uid):
            for folder in (WORK, HOME):
                folder.mkdir(mode=0o755)    # root must be able to start a program there, and owns nothing of it
        connection_file = shared / "kernel.json"
        connection_file.write_text(json.dumps(request["connection"]))
        session.doorbell = listen(str(shared / "a"))
        (shared / "a").chmod(0o777)
        session.kernel = subprocess.Popen(
            [sys.executable, "-P", "/sandbox/agent/start.py", request["options"], str(connection_file)],
            env=request["environment"], cwd=WORK, umask=0, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            user=session.uid, group=session.uid, extra_groups=[])
        session.started.set()
        watch = asyncio.create_task(asyncio.to_thread(session.kernel.wait))
        hung_up = asyncio.create_task(asyncio.get_running_loop().sock_recv(connection, 1))
        await asyncio.wait((watch, hung_up), return_when=asyncio.FIRST_COMPLETED)
        hung_up.cancel()

    async def do_kernel(self, session: Session, connection: socket.socket, request: dict[str, Any]) -> None:
        """A way to one of the kernel's sockets."""
        await session.started.wait()
        inner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        inner.setblocking(False)
        with janitor.acting_as(session.uid):    # a link that the submission put there leads no further than itself
            inner.connect(str(session.place / "s" / f"k-{int(request['port'])}"))
        await join(connection, inner)

    async def do_agent(self, session: Session, connection: socket.socket, request: dict[str, Any]) -> None:
        """A way to the agent, when it calls."""
        await session.started.wait()
        inner, _ = await asyncio.get_running_loop().sock_accept(session.doorbell)
        inner.setblocking(False)
        await write_line(connection, {"agent": True})
        await join(connection, inner)

    def end(self, session: Session) -> None:
        """Leave nothing: no process, no file, no segment of memory."""
        for task in session.tasks:
            task.cancel()
        if session.doorbell:
            session.doorbell.close()
        clean = janitor.clear(session.uid)
        if session.place:
            shutil.rmtree(session.place, ignore_errors=True)
        if not clean:
            say("something of a submission could not be removed: starting afresh")
            os._exit(3)     # Docker starts the container again, with everything new


def say(sentence: str) -> None:
    print(f"sandbox: {sentence}", flush=True)


async def main() -> None:
    path = Path(sys.argv[1]) / f"{socket.gethostname()}.sock"
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, os._exit, 0)
    os.setgroups([])
    for folder in (WORK.parent, HOME.parent):
        folder.chmod(0o1777)    # Docker forgets a tmpfs's mode when it starts a container again
    path.unlink(missing_ok=True)
    listener = listen(str(path))
    path.chmod(0o660)
    say(f"ready at {path}")
    await Supervisor().serve(listener)


if __name__ == "__main__":
    asyncio.run(main())
