"""The grader's end of the wire to the agent: one request, one reply, and no trust."""

import itertools
import socket
import time
from collections.abc import Callable
from typing import Any, NoReturn

from kireji.wire import References, Stream, WireError
from kireji.wire.values import NO_REFERENCES

GRACE = 2.0  # seconds the agent has to report that a call ran out of its time
UNASKED = "your code answered a question that had not been asked"
ENDED = "your code ended the Python process it was running in"


class SandboxLostError(Exception):
    """The sandbox is gone, and with it whatever had not been asked yet. The text is the reason a
    student reads."""

    def __init__(self, reason: str, out_of_time: bool = False) -> None:
        super().__init__(reason)
        self.out_of_time = out_of_time


class CallError(Exception):
    """A call raised an error in the student's code."""

    def __init__(self, type_name: str, message: str, line: str) -> None:
        super().__init__(f"{type_name}: {message}" if message else type_name)
        self.type_name, self.message, self.line = type_name, message, line


class Channel:
    """Asks the agent. The first breach of the protocol ends the conversation for good.

    ended: asked when the other side has gone; says why, if the grader knows better than that it
    went.
    """

    def __init__(
        self,
        connection: socket.socket,
        call_seconds: float,
        total_seconds: float,
        ended: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.stream = Stream(connection)
        self.call_seconds, self.seconds_left = call_seconds, total_seconds
        self.numbers = itertools.count(1)
        self.ended = ended
        self.lost: SandboxLostError | None = None

    def greet(self, seconds: float) -> None:
        """Wait for the agent to say that it is there; without that the channel is lost."""
        try:
            reply = self.stream.receive(seconds)
            if reply != {"id": 0, "value": "ready"}:
                self.lose(UNASKED)
        except TimeoutError:
            self._give_up("your notebook left Python in a state that answers no questions")
        except (EOFError, OSError):
            self._give_up(ENDED)
        except WireError as error:
            self._give_up(f"your code sent an answer that could not be read: {error}")
        except SandboxLostError:
            pass

    def ask(
        self,
        do: str,
        seed: int = 0,
        seconds: float | None = None,
        references: References = NO_REFERENCES,
        **arguments: Any,
    ) -> Any:
        """Have the agent do `do`. CallError if the student's code raised; SandboxLostError if no
        answer can be had."""
        if self.lost:
            raise SandboxLostError(str(self.lost), self.lost.out_of_time)
        if self.seconds_left <= 0:
            self.lose(
                "your code used up the time that one submission has for all hidden tests",
                out_of_time=True,
            )
        seconds = min(seconds or self.call_seconds, self.seconds_left)
        number, started = next(self.numbers), time.monotonic()
        try:
            if not self.stream.idle():
                self.lose(UNASKED)
            self.stream.send(
                {"id": number, "do": do, "seed": seed, "seconds": seconds, "with": arguments},
                seconds,
                references,
            )
            reply = self.stream.receive(seconds + GRACE, references)
        except TimeoutError:
            self.lose(
                f"a call did not return within {seconds:.0f} seconds and could not be stopped",
                out_of_time=True,
            )
        except (EOFError, OSError):
            self.lose(self.ended() or ENDED)
        except WireError as error:
            self.lose(f"your code sent an answer that could not be read: {error}")
        finally:
            self.seconds_left -= time.monotonic() - started
        return self.read(number, reply, seconds)

    def read(self, number: int, reply: Any, seconds: float) -> Any:
        """The value of `reply` if it is the reply to request `number`."""
        if (
            not isinstance(reply, dict)
            or reply.get("id") != number
            or ("value" in reply) == ("error" in reply)
        ):
            self.lose(UNASKED)
        if "value" in reply:
            return reply["value"]
        error = reply["error"]
        parts = (
            [error.get(key) for key in ("type", "message", "line")]
            if isinstance(error, dict)
            else [None]
        )
        if not all(isinstance(part, str) for part in parts):
            self.lose("your code sent an answer that could not be read")
        if parts[0] == "OutOfTime":
            raise CallError("TimeoutError", f"the call took more than {seconds:.0f} seconds", "")
        raise CallError(*parts)

    def lose(self, reason: str, out_of_time: bool = False) -> NoReturn:
        """Hang up for good."""
        self.lost = SandboxLostError(reason, out_of_time)
        self.stream.close()
        raise self.lost

    def _give_up(self, reason: str) -> None:
        self.lost = SandboxLostError(self.ended() or reason)
        self.stream.close()

    def close(self) -> None:
        self.stream.close()
