"""A course's pages at one origin as they were without the door: a plain proxy before the hub and
before one student's server."""

import asyncio
import os
import threading

from configurable_http_proxy.configproxy import PythonProxy
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from kireji.hub.embedded.guest import relay
from tests.support.live_course import LiveCourse


class WithoutDoor:
    """Answers at `address` until it is closed."""

    def __init__(self, course: LiveCourse, owner: str) -> None:
        self.course, self.owner, self.ready = course, owner, threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve()))
        self.thread.start()
        assert self.ready.wait(60)

    async def serve(self) -> None:
        self.loop, self.ended = asyncio.get_running_loop(), asyncio.Event()
        # by way of a folder's handle, since the path of a unix socket must be short
        folder = os.open(self.course.root / "var" / "hub" / "servers", os.O_RDONLY)
        (name,) = os.listdir(folder)
        inward = f"/proc/self/fd/{folder}/{name}"
        listener, port = bind_unused_port()
        carry = relay.carrier(lambda: asyncio.open_unix_connection(inward))
        forward = await asyncio.start_server(carry, sock=listener)
        proxy = PythonProxy({"auth_token": "unused"})
        proxy.add_route("/", {"target": self.course.address})
        proxy.add_route(f"/user/{self.owner}", {"target": f"http://127.0.0.1:{port}"})
        listener, self.port = bind_unused_port()
        server = HTTPServer(proxy.proxy_app)
        server.add_socket(listener)
        self.ready.set()
        await self.ended.wait()
        server.stop()
        forward.close()
        await server.close_all_connections()
        os.close(folder)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join(60)
