"""Passes bytes between two sockets, for the two ends of the way into a sandbox container."""

import asyncio
import contextlib
import json
import socket
from typing import Any

CHUNK = 2**18
LONGEST_LINE = 2**16


async def join(one: socket.socket, other: socket.socket) -> None:
    """Pass on what comes from either, until both have ended; then close them."""
    try:
        await asyncio.gather(_pass_on(one, other), _pass_on(other, one))
    finally:
        one.close()
        other.close()


async def _pass_on(source: socket.socket, target: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while data := await loop.sock_recv(source, CHUNK):
            await loop.sock_sendall(target, data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


async def read_line(connection: socket.socket) -> dict[str, Any]:
    """One line of JSON; EOFError if the other side hangs up before, ValueError if it is none."""
    loop, line = asyncio.get_running_loop(), b""
    while not line.endswith(b"\n"):
        byte = await loop.sock_recv(connection, 1)     # not more: what follows is another's
        if not byte:
            raise EOFError
        line += byte
        if len(line) > LONGEST_LINE:
            raise ValueError("a line that does not end")
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("not an object")
    return message


async def write_line(connection: socket.socket, message: dict[str, Any]) -> None:
    await asyncio.get_running_loop().sock_sendall(connection, json.dumps(message).encode() + b"\n")


async def read_bytes(connection: socket.socket, size: int) -> bytes:
    """Exactly `size` bytes; EOFError if fewer come."""
    loop, content = asyncio.get_running_loop(), bytearray()
    while len(content) < size:
        part = await loop.sock_recv(connection, min(CHUNK, size - len(content)))
        if not part:
            raise EOFError
        content += part
    return bytes(content)


def listen(path: str) -> socket.socket:
    """A unix socket at `path` that connections may come to."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(16)
    listener.setblocking(False)
    return listener
