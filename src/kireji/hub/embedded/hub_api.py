"""The one address that a student's server can reach: the hub's API, on a unix socket of its own.

Everything else of the hub (the log-in page, other people's servers, the course service) is not
there. A request goes on with the sender's token; headers by which a proxy says who asked are
not passed on.
"""

from pathlib import Path

from tornado import httpclient, httpserver, netutil, web

PASSED = ("Authorization", "Content-Type", "Accept")
MAX_BYTES = 2**20  # of a question; the hub's are a few hundred


class Api(web.RequestHandler):
    """Asks the hub and gives back what it says."""

    SUPPORTED_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

    def initialize(self, hub: str) -> None:
        self.hub = hub

    def check_xsrf_cookie(self) -> None:
        """The hub's own check still holds: it knows no cookie that comes this way."""

    async def _pass_on(self, *_: str) -> None:
        has_body = self.request.method in ("POST", "PUT", "PATCH") or self.request.body
        answer = await httpclient.AsyncHTTPClient().fetch(
            self.hub + self.request.uri,
            method=self.request.method,
            body=self.request.body if has_body else None,
            headers={
                name: self.request.headers[name] for name in PASSED if name in self.request.headers
            },
            allow_nonstandard_methods=True,
            follow_redirects=False,
            raise_error=False,
        )
        self.set_status(answer.code if answer.code < 599 else 502)
        self.set_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
        self.finish(answer.body or b"")

    get = post = put = patch = delete = head = options = _pass_on


def serve(hub: str, base_path: str, place: Path) -> httpserver.HTTPServer:
    """Answer on the unix socket `place` for the API at `hub` (scheme, host, port) below
    `base_path`."""
    door = web.Application(
        [(rf"{base_path}/api(?:/.*)?", Api, {"hub": hub})], log_function=lambda handler: None
    )
    server = httpserver.HTTPServer(door, max_body_size=MAX_BYTES)
    server.add_socket(netutil.bind_unix_socket(str(place)))
    return server
