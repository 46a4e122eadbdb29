"""How many wrong passwords are allowed before a person has to wait. Pure bookkeeping; the log-in is
`authenticator`.

Waits are short and end by themselves, because a lock is a weapon too: any person who knows a name
could keep its owner out. A generated password has 50 bits, so a guess a few seconds is hopeless.
"""

import math
from collections import OrderedDict, deque

WINDOW_SECONDS = 300  # seconds for which a wrong password is remembered
FREE = 5  # wrong ones that cost no waiting, of one account from one place
FREE_OF_PLACE = 50  # and of all accounts from one place: a class may share one address
MAX_WAIT_SECONDS = 60  # seconds of waiting, at most
MAX_KEYS = 10_000  # what is remembered at all: names and addresses are the callers' to invent

Key = tuple[str, ...]


class FailedSignIns:
    """Wrong passwords by (account, place) and by (place,). Times are seconds of any clock that only
    goes forward."""

    def __init__(self) -> None:
        self.failed: OrderedDict[Key, deque[float]] = OrderedDict()

    def wait(self, account: str, place: str, now: float) -> int:
        """How many seconds this account has to wait at this place; 0 if it may try."""
        return max(
            self._wait((account, place), FREE, now), self._wait((place,), FREE_OF_PLACE, now)
        )

    def note(self, account: str, place: str, now: float) -> None:
        """Remember a wrong password. What is refused unheard is not one, so that trying on does not
        lengthen the wait."""
        for key in ((account, place), (place,)):
            times = self.failed.setdefault(key, deque(maxlen=FREE_OF_PLACE + 10))
            times.append(now)
            self.failed.move_to_end(key)
        while len(self.failed) > MAX_KEYS:
            self.failed.popitem(last=False)

    def forget(self, account: str, place: str) -> None:
        """The right password was given."""
        self.failed.pop((account, place), None)

    def _wait(self, key: Key, free: int, now: float) -> int:
        times = self.failed.get(key, ())
        recent = [time for time in times if now - time < WINDOW_SECONDS]
        if len(recent) < free:
            return 0
        seconds = min(MAX_WAIT_SECONDS, 5 * 2 ** (len(recent) - free))
        return max(0, math.ceil(recent[-1] + seconds - now))
