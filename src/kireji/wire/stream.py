"""Messages over a connected stream socket, each behind its length, in both directions."""

import socket
import struct
import time
from typing import Any

from .codec import LIMITS, decode, encode
from .values import NO_REFERENCES, References, WireError, WireLimits

LENGTH = struct.Struct(">Q")


class Stream:
    """Sends and receives values over `connection`. One side speaks at a time."""

    def __init__(self, connection: socket.socket, limits: WireLimits = LIMITS) -> None:
        self.connection, self.limits = connection, limits

    def send(
        self, value: Any, seconds: float | None = None, references: References = NO_REFERENCES
    ) -> None:
        """Send one value. WireError if it is over the limits; TimeoutError or OSError if the other
        side is gone."""
        message = encode(value, self.limits, references)
        self.connection.settimeout(seconds)
        self.connection.sendall(LENGTH.pack(len(message)) + message)

    def receive(self, seconds: float | None = None, references: References = NO_REFERENCES) -> Any:
        """The next value. TimeoutError after `seconds` in all; EOFError if the stream ended;
        WireError if malformed."""
        deadline = None if seconds is None else time.monotonic() + seconds
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline))
        if length > self.limits.message_bytes:
            raise WireError(
                f"a message of {length:,} bytes is over the limit of {self.limits.message_bytes:,}"
                " bytes"
            )
        return decode(self._read(length, deadline), self.limits, references)

    def idle(self) -> bool:
        """True if nothing has arrived since the last answer."""
        self.connection.settimeout(0)
        try:
            return not self.connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False

    def close(self) -> None:
        self.connection.close()

    def _read(self, length: int, deadline: float | None) -> bytes:
        # Grows with what arrives, not with what was announced: an announcement costs the sender
        # nothing.
        parts = bytearray()
        while len(parts) < length:
            if deadline is not None and (left := deadline - time.monotonic()) <= 0:
                raise TimeoutError("no complete message in time")
            self.connection.settimeout(None if deadline is None else left)
            part = self.connection.recv(min(length - len(parts), 1 << 20))
            if not part:
                raise EOFError("the other side closed the stream")
            parts += part
        return bytes(parts)
