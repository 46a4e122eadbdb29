"""Asks every request who sends it, before any page is looked for, and sets the headers of every
answer.

A page that is added later is closed to strangers without a line of its own.
"""

from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kireji.desk.errors import error_answer
from kireji.desk.sign_in import SignIn
from kireji.hub import desk_service

PUBLIC = ("oauth_callback", "health", "ready", "static/")  # below the desk's address
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Doorkeeper:
    """Middleware around the whole desk. scope["state"]["person"] is who sends the request."""

    def __init__(self, app: ASGIApp, sign_in: SignIn) -> None:
        self.app, self.sign_in = app, sign_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        request = Request(scope, receive)
        path = scope["path"].removeprefix(desk_service.PREFIX)
        answer = None if path.startswith(PUBLIC) else await self._refuse(request, path)
        await (answer or self.app)(scope, receive, send_with_headers)

    async def _refuse(self, request: Request, path: str) -> Response | None:
        """What a request gets that may not go on; None for one that may."""
        if path == "metrics":
            if await self.sign_in.may_read_metrics(request):
                return None
            return PlainTextResponse(
                "Send the key of var/hub/metrics-key: Authorization: Bearer KEY", status_code=403
            )
        person, known = await self.sign_in.person(request)
        request.scope.setdefault("state", {})["person"] = person
        if person:
            return None
        is_page = request.method == "GET" and not path.startswith("api/")
        if known:
            return error_answer(request, 403, "The desk is for the instructors of the course.")
        if is_page and "authorization" not in request.headers:
            query = f"?{request.url.query}" if request.url.query else ""
            return self.sign_in.begin(request, quote(request.url.path) + query)
        return JSONResponse({"detail": "Sign in, or send a hub token."}, status_code=401)
