"""The hub's log-in: asks accounts.json, and makes people wait after wrong passwords."""

import asyncio
import hmac
import secrets
import time

from jupyterhub.auth import Authenticator
from tornado import web

from kireji.hub import accounts, departure, password_hash
from kireji.hub.embedded.failed_sign_ins import FailedSignIns
from kireji.hub.of_course import OfCourse

# "this browser has been logged in as this account": it is not counted with strangers
COOKIE = "kireji-knows"
COOKIE_DAYS = 90


class AccountsAuthenticator(OfCourse, Authenticator):
    """Lets in a person who gives the password that accounts.json holds for the name."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.attempts = FailedSignIns()
        # guesses that are sent together are counted one after the other
        self.one_at_a_time = asyncio.Lock()

    def get_handlers(self, app):
        """Also what `./kireji forget` asks."""
        return [*super().get_handlers(app), *departure.handlers()]

    def delete_user(self, user):
        """An account is removed by `./kireji forget`."""
        self.course.audit.record("removed an account", user.name, by="the hub")

    async def authenticate(self, handler, data):
        """Return the name, or None for a wrong name or password (in the same time, whichever it
        was).

        HTTPError 429, with the seconds to wait, after too many of them."""
        async with self.one_at_a_time:
            return await self._authenticate(handler, data)

    async def _authenticate(self, handler, data):
        name, now = data["username"], time.monotonic()
        place = known_browser(handler, name) or address(handler)
        seconds = self.attempts.wait(name, place, now)
        if seconds:
            error = web.HTTPError(
                429, "Too many wrong passwords. Wait %d seconds, then try again.", seconds
            )
            error.headers = {"Retry-After": str(seconds)}
            raise error
        account = accounts.load_accounts(accounts.file_of(self.course)).get(name)
        hashed = account.hashed if account else password_hash.NO_ONE
        # in a thread: it takes as long as the hub needs to answer dozens of requests
        matches = await asyncio.to_thread(password_hash.matches, data["password"], hashed)
        if not (account and matches):
            self.attempts.note(name, place, time.monotonic())
            return None
        self.attempts.forget(name, place)
        remember_browser(handler, name)
        accounts.forget_first_password(name, accounts.file_of(self.course))
        return account.name


def address(handler) -> str:
    """Where a request comes from: what our proxy wrote last into X-Forwarded-For. Any client can
    write what comes before it, and X-Real-Ip, which tornado believes."""
    forwarded = handler.request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded or handler.request.remote_ip


def known_browser(handler, name: str) -> str:
    """The number of a browser from which `name` has logged in before; "" for any other."""
    said = (handler.get_secure_cookie(COOKIE, max_age_days=COOKIE_DAYS) or b"").decode()
    account, _, number = said.rpartition(":")
    return number if number and hmac.compare_digest(account.encode(), name.encode()) else ""


def remember_browser(handler, name: str) -> None:
    """Have this browser say next time that `name` has logged in from it. It opens nothing: the
    password is still needed."""
    handler.set_secure_cookie(
        COOKIE,
        f"{name}:{secrets.token_hex(8)}",
        expires_days=COOKIE_DAYS,
        path=handler.hub.base_url,
        httponly=True,
        samesite="Lax",
    )
