"""Forwards requests and websockets: to a student's server for its owner alone."""

import asyncio
import contextlib
from urllib.parse import quote, urlsplit

from configurable_http_proxy.configproxy import PythonProxy
from configurable_http_proxy.handlers import ProxyHandler
from jupyterhub.services.auth import HubOAuthCallbackHandler
from jupyterhub.utils import get_browser_protocol
from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.httputil import HTTPHeaders, parse_response_start_line, url_concat
from tornado.ioloop import PeriodicCallback
from tornado.iostream import StreamClosedError
from tornado.netutil import Resolver
from tornado.web import Application, HTTPError
from tornado.websocket import (
    WebSocketClientConnection,
    WebSocketClosedError,
    websocket_connect,
)

from kireji.hub.door import CALLBACK, headers, pages
from kireji.hub.door.identity import FRESH_SECONDS, Identity

MAX_UNREAD_BYTES = 2**24
MAX_BYTES = 2**40  # of a response, which is passed on in pieces


class Door(ProxyHandler):
    """Forwards what browsers ask. Routes that belong to a user are for that user alone."""

    def initialize(self, proxy: PythonProxy, identity: Identity, resolver: Resolver) -> None:
        super().initialize(proxy)
        self.identity, self.resolver = identity, resolver
        self.owner = ""  # of the server that this request is for; "" if it is for the hub
        self.check: PeriodicCallback | None = None
        self.unread = 0  # bytes that came after the browser had left

    async def prepare(self) -> None:
        """Find out for whom this request is, and end it here if that is not its sender."""
        host = self.request.host_name if self.proxy.host_routing else None
        self.target = self.proxy.target_for_req(host, self.request.path)
        if self.target is None and host:  # another name of this machine
            self.target = self.proxy.target_for_req(None, "/")
        route = self.target and self.proxy.get_route(self.target["prefix"])
        self.owner = (route or {}).get("user", "")
        if not self.owner:
            return
        self.server = route.get("server_name", "")
        if self.request.headers.get("Service-Worker"):
            # It would answer in place of the door, also the next person in the same browser.
            self.end(pages.NO_SERVICE_WORKER)
            return
        try:
            allowed = await self.identity.is_sent_by(self.owner, self.server, self)
        except HTTPError:
            self.end(pages.HUB_IS_AWAY)
            return
        if allowed is None and self.is_navigation():
            self.log_in()
        elif not allowed:
            self.proxy.log.warning(f"Refused {self.request.method} {self.request.path}")
            self.end(pages.NOT_LOGGED_IN if allowed is None else pages.NOT_THE_OWNER)

    def is_navigation(self) -> bool:
        """Return whether a person opens a page, who can be asked to log in."""
        asked = self.request.headers
        return (
            self.request.method == "GET"
            and any(kind in asked.get("Accept", "*/*") for kind in ("text/html", "*/*"))
            and asked.get("Sec-Fetch-Mode", "navigate") == "navigate"
            and asked.get("Upgrade", "").lower() != "websocket"
        )

    def log_in(self) -> None:
        """Ask the hub, by way of the browser, who this is."""
        verifier, challenge, method = self.identity.generate_pkce_code_challenge()
        here = self.request.uri
        if self.proxy.host_routing:
            here = f"{get_browser_protocol(self.request)}://{self.request.host}{here}"
        state = self.identity.set_state_cookie(self, next_url=here, code_verifier=verifier)
        parameters = {
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": method,
        }
        self.set_header("Cache-Control", "no-store")
        self.redirect(url_concat(self.identity.login_url, parameters))

    def end(self, page: pages.Page) -> None:
        """Answer in place of the server."""
        self.set_status(page.status)
        self.set_header("Cache-Control", "no-store")
        wants_page = "text/html" in self.request.headers.get("Accept", "")
        home = self.identity.hub_host + self.identity.hub_prefix + "home"
        if wants_page:
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.set_header("Content-Security-Policy", page.POLICY)
            self.finish(page.html(self.owner, home))
        else:
            self.finish({"message": page.sentence(self.owner)})

    def add_header(self, name: str, value: str) -> None:
        """Add a header; what came by HTTPS sets cookies for HTTPS alone."""
        by_https = get_browser_protocol(self.request) == "https"
        if name.lower() == "set-cookie" and by_https and "; secure" not in value.lower():
            value += "; Secure"
        super().add_header(name, value)

    async def get_target_url(self, path: str | None) -> str | None:
        """Return the address of the target, with the path as the browser wrote it.

        The library escapes the @ in `/user/alice@uni.example/`, which Jupyter Server then does not
        know."""
        if self.target is None:
            await self.handle_proxy_error(404, err=None)
            return None
        where = urlsplit(self.target["target"])
        return where._replace(path=self.request.path, query=self.request.query).geturl()

    def _get_proxy_request(self, url: str):
        request = super()._get_proxy_request(url)
        if self.owner:
            request.headers = HTTPHeaders(headers.request_to_server(request.headers))
        return request

    async def call_proxy(self, path: str | None = None) -> None:
        """Forward a request that is no websocket."""
        if not self.owner:
            await super().call_proxy(path)
            return
        address = await self.get_target_url(path)
        if address is None:
            return
        request = self._get_proxy_request(address)
        request.headers["Connection"] = "close"
        request.header_callback, request.streaming_callback = self.take_header, self.take_piece
        request.decompress_response = False
        client = AsyncHTTPClient(
            force_instance=True,
            resolver=self.resolver,
            max_body_size=MAX_BYTES,
        )
        try:
            await client.fetch(request, raise_error=False)
        except Exception as error:
            if self._headers_written:  # the browser must notice that the rest is missing
                with contextlib.suppress(Exception):
                    self.detach().close()
            else:
                await self.handle_proxy_error(503, error)
            return
        finally:
            client.close()
        self.finish()

    def take_header(self, line: str) -> None:
        """Take a line of the server's response header."""
        line = line.rstrip("\r\n")
        if line.startswith("HTTP/"):
            self.server_status, self.server_headers = parse_response_start_line(line), HTTPHeaders()
        elif line:
            self.server_headers.parse_line(line)
        elif self.server_status.code >= 200:
            self.clear()
            self.set_status(self.server_status.code, self.server_status.reason)
            for name in ("Server", "Content-Type", "Date"):
                self.clear_header(name)
            path = self.target_path()
            for name, value in headers.response_from_server(self.server_headers.get_all(), path):
                self.add_header(name, value)

    def target_path(self) -> str:
        """Return the path below which the server lies, with a slash at its end."""
        prefix = self.target["prefix"]
        if self.proxy.host_routing:
            prefix = "/" + prefix.lstrip("/").partition("/")[2]
        return quote(prefix.rstrip("/"), safe="/@~") + "/"  # as JupyterHub writes it

    async def take_piece(self, piece: bytes) -> None:
        """Pass on a piece of the server's response, no faster than the browser takes it."""
        if self.unread > MAX_UNREAD_BYTES:
            raise StreamClosedError
        try:
            self.write(piece)
            await self.flush()
        except StreamClosedError:  # read on for a little: most responses are nearly at their end
            self.unread += len(piece)

    def compute_etag(self) -> None:
        """Leave the server's own."""

    async def start_ws_client(self, path: str | None = None) -> None:
        """Connect to the server before the browser is told that it has a websocket."""
        if not self.owner:
            await super().start_ws_client(path)
            return
        address = await self.get_target_url(path)
        if address is None:
            return
        request = self._get_proxy_request(urlsplit(address)._replace(scheme="ws").geturl())
        wanted = self.request.headers.get("Sec-WebSocket-Protocol", "")
        for name in [name for name in request.headers if name.lower().startswith("sec-websocket")]:
            del request.headers[name]
        self.closed = False
        try:
            self.ws_client = await websocket_connect(
                request,
                resolver=self.resolver,
                subprotocols=[name.strip() for name in wanted.split(",")] if wanted else None,
            )
        except HTTPClientError as error:
            self.set_status(error.code)
            self.finish()
        except Exception as error:
            await self.handle_proxy_error(503, error)

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Return what the server has chosen."""
        return self.ws_client.selected_subprotocol if self.owner else None

    async def open(self, *_: str) -> None:
        """Pass on what the server says, and ask the hub now and then whether it still may."""
        if not self.owner:
            return
        self.check = PeriodicCallback(self.close_when_logged_out, FRESH_SECONDS * 1000)
        self.check.start()
        self.passing_on = asyncio.create_task(self.pass_on(self.ws_client))

    async def pass_on(self, server: WebSocketClientConnection) -> None:
        """Pass on messages of the server until one side ends."""
        with contextlib.suppress(WebSocketClosedError):
            while (message := await server.read_message()) is not None:
                self.proxy.update_last_activity(self.target["prefix"])
                await self.write_message(message, binary=isinstance(message, bytes))
        self.close(server.close_code, server.close_reason)

    async def on_message(self, message: str | bytes) -> None:
        """Pass on what the browser says."""
        if not self.owner:
            super().on_message(message)
        elif self.ws_client:
            self.proxy.update_last_activity(self.target["prefix"])
            with contextlib.suppress(WebSocketClosedError):
                await self.ws_client.write_message(message, binary=isinstance(message, bytes))

    async def close_when_logged_out(self) -> None:
        """End the websocket of somebody who is no longer logged in."""
        with contextlib.suppress(HTTPError):
            if not await self.identity.is_sent_by(self.owner, self.server, self):
                self.close(1008, "You are logged out.")

    def on_close(self) -> None:
        """Let the server's end go too."""
        if self.check:
            self.check.stop()
        super().on_close()


class Callback(HubOAuthCallbackHandler):
    """Where the hub sends a browser when it has identified the person."""

    def initialize(self, identity: Identity) -> None:
        self.hub_auth = identity

    def get_current_user(self) -> None:
        """Return None: the library would wait for the hub, and keep every other request
        waiting."""

    def write_error(self, status_code: int, **_: object) -> None:
        """Say what to do when this was not the end of a log-in that began in this browser."""
        home = self.hub_auth.hub_host + self.hub_auth.hub_prefix + "home"
        self.set_header("Content-Security-Policy", pages.Page.POLICY)
        self.finish(pages.LOG_IN_FAILED.html("", home))


def application(
    proxy: PythonProxy, identity: Identity, resolver: Resolver, handler: type[Door] = Door
) -> Application:
    """Return what answers browsers."""
    return Application(
        [
            (CALLBACK, Callback, {"identity": identity}),
            (r"/(.*)", handler, {"proxy": proxy, "identity": identity, "resolver": resolver}),
        ],
        cookie_secret=identity.cookie_secret,
    )
