"""As much of a hub as the door asks, and a student's server that answers everybody."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import requests
from configurable_http_proxy.configproxy import PythonProxy
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.netutil import bind_unix_socket
from tornado.testing import bind_unused_port
from tornado.web import Application, HTTPError, RequestHandler
from tornado.websocket import WebSocketHandler

from kireji.hub.door.handler import application
from kireji.hub.door.identity import Identity
from kireji.hub.door.sockets import ServerResolver

KEY = "the door's secret"
SECRET = "a byte of alice's server"
WIDE = {
    "Service-Worker-Allowed": "/",
    "Clear-Site-Data": '"cookies"',
    "Alt-Svc": 'h2="elsewhere.example:443"',
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Own": "kept",
}
COOKIES = [
    "own=1; Path=/user/alice/",
    "whole_host=2; Path=/",
    "other_server=3; Path=/user/bob/; HttpOnly",
    "all_hosts=4; Domain=example.org; Path=/user/alice/",
    "jupyterhub-session-id=5; Path=/",
    "service-door=6; Path=/",
    "__Host-service-kireji=7; Path=/; Secure",
    "jupyterhub-user-alice=8; Path=/user/alice/; HttpOnly",
]


class Hub:
    """Tokens and their owners, what `/hub/api/user` answers, and how often it was asked."""

    def __init__(self) -> None:
        self.people: dict[str, str] = {}  # token: name
        self.scopes: dict[str, list[str]] = {}  # token: scopes, where they are not the usual ones
        self.codes: dict[str, str] = {}  # OAuth code: token
        self.asked, self.away = 0, False

    def add(self, token: str, name: str, scopes: list[str] | None = None) -> str:
        self.people[token] = name
        if scopes is not None:
            self.scopes[token] = scopes
        return token

    def application(self) -> Application:
        """Return the hub's pages."""
        hub = self

        class User(RequestHandler):
            def get(self) -> None:
                hub.asked += 1
                if hub.away:
                    raise HTTPError(503)
                token = self.request.headers["Authorization"].removeprefix("token ")
                if token not in hub.people:
                    raise HTTPError(403)
                name = hub.people[token]
                usual = [f"access:servers!user={name}", f"read:users!user={name}"]
                scopes = hub.scopes.get(token, usual)
                self.finish({"kind": "user", "name": name, "scopes": scopes})

        class Token(RequestHandler):
            def post(self) -> None:
                assert self.get_argument("client_secret") == KEY
                self.finish({"access_token": hub.codes.pop(self.get_argument("code"))})

        class Other(RequestHandler):
            def get(self) -> None:
                self.finish("a page of the hub")

        return Application(
            [(r"/hub/api/user", User), (r"/hub/api/oauth2/token", Token), (r".*", Other)]
        )


class Server(RequestHandler):
    """Answers everybody, with what it was sent and with headers for the whole host."""

    def check_xsrf_cookie(self) -> None:
        pass

    def get(self) -> None:
        for name, value in WIDE.items():
            self.set_header(name, value)
        for cookie in COOKIES:
            self.add_header("Set-Cookie", cookie)
        self.finish({"secret": SECRET, "headers": dict(self.request.headers)})

    post = put = delete = patch = options = get


class Echo(WebSocketHandler):
    """Says its secret at once, then what it is told."""

    def check_origin(self, origin: str) -> bool:
        return True

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return subprotocols[-1] if subprotocols else None

    def open(self, *_: str) -> None:
        self.write_message(SECRET)

    def on_message(self, message: str | bytes) -> None:
        self.write_message(message, binary=isinstance(message, bytes))


class Stream(RequestHandler):
    """Sends more than a proxy may keep in memory, and ends before its end where it is told to."""

    async def get(self) -> None:
        pieces, ends = int(self.get_argument("pieces")), self.get_argument("ends", "yes") == "yes"
        if not ends:
            self.set_header("Content-Length", str((pieces + 1) * 2**20))
        for _ in range(pieces):
            self.write(b"x" * 2**20)
            await self.flush()
        if not ends:
            self.request.connection.stream.close()


class World:
    """The door, with a fake hub and the server of alice behind it, in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.hub, self.ready = folder, Hub(), threading.Event()
        self.sessions: list[requests.Session] = []
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        assert self.ready.wait(60)

    def run(self) -> None:
        self.loop = IOLoop()
        listener, hub_port = bind_unused_port()
        HTTPServer(self.hub.application()).add_socket(listener)
        pages = [(r".*/ws", Echo), (r".*/stream", Stream), (r".*", Server)]
        HTTPServer(Application(pages)).add_socket(bind_unix_socket(str(self.folder / "4711")))
        # the same server without a door before it
        listener, self.open_port = bind_unused_port()
        HTTPServer(Application(pages)).add_socket(listener)
        self.proxy = PythonProxy({"auth_token": "unused"})
        self.proxy.add_route("/", {"target": f"http://127.0.0.1:{hub_port}"})
        self.proxy.add_route("/user/alice", {"target": "http://127.0.0.1:4711", "user": "alice"})
        self.identity = Identity(KEY, f"http://127.0.0.1:{hub_port}/hub/api")
        door = application(self.proxy, self.identity, ServerResolver(folder=self.folder))
        listener, self.port = bind_unused_port()
        HTTPServer(door).add_socket(listener)
        self.loop.add_callback(self.ready.set)
        self.loop.start()
        self.loop.close(all_fds=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def do(self, function: Callable[[], object]) -> None:
        """Run a function in the door's thread."""
        done = threading.Event()
        self.loop.add_callback(lambda: (function(), done.set()))
        assert done.wait(60)

    def session(self) -> requests.Session:
        """Return a browser in which no one is logged in."""
        self.sessions.append(requests.Session())
        return self.sessions[-1]

    def close(self) -> None:
        for session in self.sessions:
            session.close()
        self.loop.add_callback(self.loop.stop)
        self.thread.join(60)


def said(text: str) -> dict:
    """Return what alice's server received."""
    return json.loads(text)
