"""Signing in: JupyterHub's OAuth for browsers, a hub token in the header for programs.

The access token lives in a signed cookie that scripts cannot read; the CSRF token of a session is
derived from it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from tornado.web import HTTPError, create_signed_value, decode_signed_value

from kireji.desk.people import Person, role_of
from kireji.errors import KirejiError
from kireji.hub import desk_service, monitoring

STATE_COOKIE = f"{desk_service.CLIENT_ID}-state"
STATE_SECONDS = 600
TOKEN_DAYS = 14  # as long as the hub's own cookie


class SignInError(KirejiError):
    """Signing in did not come to its end; the message says what to do."""


class Hub(Protocol):
    """What is used of jupyterhub.services.auth.HubOAuth."""

    api_token: str
    oauth_client_id: str
    oauth_redirect_uri: str
    oauth_authorization_url: str

    def generate_state(self, next_url: str | None = None, **extra: str) -> str: ...
    def get_next_url(self, state: str, /) -> str: ...
    def get_code_verifier(self, state: str, /) -> str | None: ...
    def clear_oauth_state(self, state: str) -> None: ...
    def generate_pkce_code_challenge(self) -> tuple[str, str, str]: ...
    def token_for_code(self, code: str, *, code_verifier: str | None, sync: bool) -> Any: ...
    def user_for_token(self, token: str, use_cache: bool = True, *, sync: bool) -> Any: ...
    def check_scopes(self, required: set[str], user: Mapping[str, Any]) -> set[str]: ...


class SignIn:
    """Knows who sends a request, by asking the `hub`."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._secret = hashlib.sha256(b"desk cookies:" + hub.api_token.encode()).hexdigest()

    async def person(self, request: Request) -> tuple[Person | None, bool]:
        """The person, where the role is known, and whether the hub knows who it is at all."""
        header = request.headers.get("authorization", "")
        kind, _, token = header.partition(" ")
        if header and kind.lower() not in ("token", "bearer"):
            return None, False
        by_cookie = not header
        token = self._read(request, desk_service.CLIENT_ID, TOKEN_DAYS) if by_cookie else token
        model = await self.hub.user_for_token(token.strip(), sync=False) if token else None
        if not model:
            return None, False
        role = role_of(model)
        if role is None or not self.hub.check_scopes({desk_service.ACCESS}, model):
            return None, True
        csrf = self._csrf(token) if by_cookie else ""
        return Person(str(model["name"]), role, csrf), True

    async def may_read_metrics(self, request: Request) -> bool:
        """Whether the header has the token of a monitoring system. The hub compares it."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() not in ("token", "bearer") or not token.strip():
            return False
        model = await self.hub.user_for_token(token.strip(), sync=False)
        return bool(model) and monitoring.SCOPE in model.get("scopes", [])

    async def hub_answers(self) -> bool:
        """Whether the hub is there now and knows the desk."""
        try:
            model = await self.hub.user_for_token(self.hub.api_token, use_cache=False, sync=False)
        except HTTPError:  # as which HubAuth reports every failure
            return False
        return bool(model)

    def begin(self, request: Request, wanted: str) -> Response:
        """Send the browser to the hub, from where it comes back to `wanted`."""
        verifier, challenge, method = self.hub.generate_pkce_code_challenge()
        state = self.hub.generate_state(wanted, code_verifier=verifier)
        query = {
            "client_id": self.hub.oauth_client_id,
            "redirect_uri": self.hub.oauth_redirect_uri,
            "response_type": "code",
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": method,
        }
        answer = RedirectResponse(
            f"{self.hub.oauth_authorization_url}?{urlencode(query)}", status_code=302
        )
        self._write(request, answer, STATE_COOKIE, state, STATE_SECONDS)
        return answer

    async def finish(self, request: Request) -> Response:
        """Take the browser that comes from the hub in. SignInError where it did not begin here."""
        code, state = (request.query_params.get(name, "") for name in ("code", "state"))
        began = self._read(request, STATE_COOKIE, 1)
        verifier = self.hub.get_code_verifier(state) if state else None
        if not code or not state or not hmac.compare_digest(began, state) or not verifier:
            raise SignInError("Signing in took too long or began in another window. Try again.")
        wanted = urlsplit(self.hub.get_next_url(state))
        self.hub.clear_oauth_state(state)
        token = await self.hub.token_for_code(code, code_verifier=verifier, sync=False)
        path = wanted.path if wanted.path.startswith(desk_service.PREFIX) else desk_service.PREFIX
        answer = RedirectResponse(
            f"{path}?{wanted.query}" if wanted.query else path, status_code=302
        )
        answer.delete_cookie(STATE_COOKIE, path=desk_service.PREFIX)
        self._write(request, answer, desk_service.CLIENT_ID, token, TOKEN_DAYS * 86400)
        return answer

    def forget(self) -> Response:
        """Sign this browser out of the desk, then of the hub."""
        answer = RedirectResponse("/hub/logout", status_code=303)
        answer.delete_cookie(desk_service.CLIENT_ID, path=desk_service.PREFIX)
        return answer

    def _csrf(self, token: str) -> str:
        return hmac.new(self._secret.encode(), f"csrf:{token}".encode(), "sha256").hexdigest()

    def _read(self, request: Request, name: str, days: float) -> str:
        value = request.cookies.get(name, "")
        found = decode_signed_value(self._secret, name, value, max_age_days=days) if value else None
        return found.decode() if found else ""

    def _write(
        self, request: Request, answer: Response, name: str, value: str, seconds: int
    ) -> None:
        answer.set_cookie(
            name,
            create_signed_value(self._secret, name, value).decode(),
            max_age=seconds,
            path=desk_service.PREFIX,
            httponly=True,
            samesite="lax",  # the hub sends the browser here from its own log-in page
            secure=request.headers.get("x-forwarded-proto", "").split(",")[0].strip() == "https",
        )
