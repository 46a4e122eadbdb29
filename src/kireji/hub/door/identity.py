"""Who sends a request, by the hub's word.

The door is an OAuth client of the hub. Its cookie is signed with a key that no student's code has,
and holds a token that the hub revokes when the person logs out.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from jupyterhub.services.auth import HubOAuth, _ExpiringDict
from jupyterhub.utils import get_browser_protocol
from tornado.web import HTTPError, RequestHandler

from kireji.hub.door import CALLBACK, CLIENT_ID, SCOPE

FRESH_SECONDS = 30  # how long an answer of the hub is believed
# While the hub restarts, people who are at work go on with its last answer.
STALE_SECONDS = 300


class Identity(HubOAuth):
    """Asks the hub who sends a request."""

    def __init__(self, key: str, api_url: str, hub_host: str = "") -> None:
        """`key` is the door's secret, `hub_host` the setting JupyterHub.subdomain_host."""
        super().__init__(
            api_token=key,
            api_url=api_url,
            hub_host=hub_host,
            hub_prefix="/hub/",
            base_url="/",
            oauth_client_id=CLIENT_ID,
            oauth_redirect_uri=CALLBACK,
            access_scopes={SCOPE},
            cache_max_age=FRESH_SECONDS,
            allow_token_in_url=False,
            # Every student has another host then, and the callback is on the hub's.
            cookie_options={"samesite": "Lax"}
            | ({"domain": urlsplit(hub_host).hostname} if hub_host else {}),
        )
        self.cookie_secret = hmac.digest(key.encode(), b"the door's cookies", hashlib.sha256)
        self._last_answers = _ExpiringDict(STALE_SECONDS)

    async def is_sent_by(self, owner: str, server: str, handler: RequestHandler) -> bool | None:
        """Return whether the owner of this server sends this request; None if no one is logged in.

        HTTPError 500 or 502 if the hub does not answer."""
        session = self.get_session_id(handler)
        # A token in the address is believed for websockets alone: a link must not carry one
        # person's identity into the browser of another.
        token = self.get_token(handler, in_cookie=False)
        if token:
            user = await self.user_for_token(token, sync=False)
            return bool(
                user and _is(user, owner) and self.check_scopes(_access(owner, server), user)
            )
        token = self._get_token_cookie(handler)
        user = token and await self.user_for_token(token, session_id=session, sync=False)
        return _is(user, owner) if user else None

    async def _check_hub_authorization(self, url, api_token, cache_key=None, use_cache=True):
        try:
            user = await super()._check_hub_authorization(url, api_token, cache_key, use_cache)
        except HTTPError:
            user = self._last_answers.get(cache_key)
            if user is None:
                raise
            self.cache[cache_key] = user
            return user
        if user is None:
            self._last_answers.pop(cache_key, None)
        else:
            self._last_answers[cache_key] = user
        return user

    def set_cookie(self, handler: RequestHandler, access_token: str) -> None:
        """Remember who uses this browser. Sets no XSRF cookie: the door changes nothing."""
        options = {"path": "/", "httponly": True, "expires_days": None, **self.cookie_options}
        if get_browser_protocol(handler.request) == "https":
            options["secure"] = True
        handler.set_secure_cookie(self.cookie_name, access_token, **options)

    def _clear_cookie(self, handler: RequestHandler, cookie_name: str, **options) -> None:
        domain = self.cookie_options.get("domain")
        handler.clear_cookie(cookie_name, **options | ({"domain": domain} if domain else {}))


def _is(user: dict, owner: str) -> bool:
    return user.get("kind", "user") == "user" and hmac.compare_digest(
        user["name"].encode(), owner.encode()
    )


def _access(owner: str, server: str) -> set[str]:
    """Return the scopes of which a token needs one."""
    return {f"access:servers!user={owner}", f"access:servers!server={owner}/{server}"}
