"""The way in and out of a network that has no others: carries connections between a port and a unix
socket.

Runs inside a student's server, where it is the only way to the hub and the only way from the proxy.
Standard library only: nothing else of Kireji is mounted there. The supervisor outside uses its
`carry` for the other end.

    python relay.py LIMITS HANDLE PORT HUB_SOCKET HUB_PORT PROGRAM ...

HANDLE is an inherited listening socket: what comes there goes to PORT. What comes to HUB_PORT goes
to HUB_SOCKET. LIMITS, as JSON, hold for everything started from here: {"RLIMIT_FSIZE": bytes, ...}.
"""

import asyncio
import json
import os
import resource
import socket
import sys
from collections.abc import Awaitable, Callable

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
PIECE = 2**16
NICE = 2  # the hub and the formgrader go first


def carrier(reach: Callable[[], Awaitable[Streams]]) -> Callable[..., Awaitable[None]]:
    """A handler for `asyncio.start_server` that joins each connection to a new one from `reach`."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await reach()
        except OSError:  # no process listens yet, or any more: the caller sees a closed connection
            writer.close()
            return
        try:
            # A side that has said its last word may still be answered.
            await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))
        except asyncio.CancelledError:  # the server ends, and its connections with it
            return
        finally:
            for end in (writer, far_writer):
                end.close()

    return carry


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()


async def _main(
    limits: str, handle: str, port: str, hub_socket: str, hub_port: str, *program: str
) -> int:
    # In here, since the limit on processes is of this user namespace, and no process inside can
    # raise it again.
    for name, value in json.loads(limits).items():
        resource.setrlimit(getattr(resource, name), (value, value))
    os.nice(NICE)
    own = await asyncio.start_unix_server(
        carrier(lambda: asyncio.open_connection("127.0.0.1", int(port))),
        sock=socket.socket(fileno=int(handle)),
    )
    hub = await asyncio.start_server(
        carrier(lambda: asyncio.open_unix_connection(hub_socket)), "127.0.0.1", int(hub_port)
    )
    async with own, hub:
        return await (await asyncio.create_subprocess_exec(*program)).wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(*sys.argv[1:])))
