"""One thing that the doctor looked at, and how it is told."""

import contextlib
import getpass
import socket
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class State(Enum):
    """How bad it is. The value is what a line begins with."""

    GOOD = "ok"
    ODD = "odd"  # it works, with less than it could
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What was looked at, what came, and the remedy where something is wrong."""

    subject: str
    state: State
    found: str
    remedy: str = ""

    def line(self, width: int) -> str:
        """As a line of the page; the remedy follows on one of its own."""
        text = f"  {self.state.value:<4} {self.subject:<{width}}  {self.found}"
        return scrub(text + (f"\n  {'':<4} {'':<{width}}  -> {self.remedy}" if self.remedy else ""))


def good(subject: str, found: str) -> Finding:
    return Finding(subject, State.GOOD, found)


def odd(subject: str, found: str, remedy: str) -> Finding:
    return Finding(subject, State.ODD, found, remedy)


def bad(subject: str, found: str, remedy: str) -> Finding:
    return Finding(subject, State.BAD, found, remedy)


def scrub(text: str) -> str:
    """Without what does not belong in a public issue: home folder, account and host name."""
    names = {str(Path.home()): "~", socket.gethostname(): "HOST"}
    # an account without a name, as in some containers
    with contextlib.suppress(KeyError, OSError):
        names[f"/{getpass.getuser()}/"] = "/USER/"
    for name, stand_in in names.items():
        if len(name) > 1:
            text = text.replace(name, stand_in)
    return text
