"""The proxy's door, without a deployment around it: what it passes on to a server, and to the
browser."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from configurable_http_proxy.configproxy import PythonProxy
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.testing import bind_unused_port

from kireji.hub.door.handler import application
from kireji.hub.door.identity import Identity
from kireji.hub.door.sockets import ServerResolver

COOKIES = ["_xsrf=1; Path=/hub/", "already=2; Path=/; Secure"]


class Server(BaseHTTPRequestHandler):
    """Says which address it was asked for, and sets two cookies."""

    def do_GET(self) -> None:
        self.send_response(200)
        for cookie in COOKIES:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def door() -> Iterator[str]:
    """Where the door is, with a server behind it."""
    listener, port = bind_unused_port()
    ready, loops = threading.Event(), []

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:

        def serve() -> None:
            loop = IOLoop()
            proxy = PythonProxy({"auth_token": "unused"})
            proxy.add_route("/", {"target": f"http://127.0.0.1:{server.server_port}"})
            # no page here is a student's, so the hub is not asked
            identity = Identity("key", "http://127.0.0.1:1/hub/api")
            door = application(proxy, identity, ServerResolver(folder=None))
            HTTPServer(door).add_socket(listener)
            loops.append(loop)
            loop.add_callback(ready.set)
            loop.start()
            loop.close(all_fds=True)

        threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=serve)]
        for thread in threads:
            thread.start()
        assert ready.wait(60)
        yield f"http://127.0.0.1:{port}"
        loops[0].add_callback(loops[0].stop)
        server.shutdown()
        for thread in threads:
            thread.join(60)


@pytest.mark.parametrize(
    "address",
    ["/user/alice@uni.example/lab", "/user/alice/files/a%20b.txt?x=1%2F2", "/user/alice/%C3%A9"],
)
def test_addresses_pass_as_browsers_write_them(door: str, address: str) -> None:
    assert requests.get(door + address, timeout=60).text == address


@pytest.mark.parametrize(
    ("protocol", "sent"),
    [
        ("http", COOKIES),
        ("https", ["_xsrf=1; Path=/hub/; Secure", COOKIES[1]]),
        ("https,http", ["_xsrf=1; Path=/hub/; Secure", COOKIES[1]]),
    ],
)
def test_what_came_by_https_sets_cookies_for_https_alone(
    door: str, protocol: str, sent: list[str]
) -> None:
    said = requests.get(door, headers={"X-Forwarded-Proto": protocol}, timeout=60)
    assert said.raw.headers.getlist("Set-Cookie") == sent
