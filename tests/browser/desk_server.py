"""The desk alone, at an address of its own: as quick as a page, and sessions end when a test wants
it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import uvicorn
from playwright.sync_api import Browser, BrowserContext
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from kireji.desk.app import make_app
from kireji.hub import desk_service
from tests.desk.conftest import FakeHub
from tests.desk.small_class import SmallClass

START_SECONDS = 30


class DeskServer:
    """`address` ends where the desk's begins. The hub before it knows people by a cookie."""

    def __init__(self, address: str) -> None:
        self.address = address

    def sign_in(self, context: BrowserContext, name: str) -> None:
        """Have the hub know this browser as `name`."""
        context.add_cookies([{"name": "hub", "value": name, "url": f"{self.address}/hub/"}])

    def end_session(self, context: BrowserContext, at_the_hub: bool = False) -> None:
        """Have the desk, or the hub too, forget this browser."""
        context.clear_cookies(name=desk_service.CLIENT_ID)
        if at_the_hub:
            context.clear_cookies(name="hub")

    def open(self, chromium: Browser, name: str, **options: object) -> BrowserContext:
        """A browser of its own, signed in as `name`."""
        context = chromium.new_context(locale="en-GB", **options)
        self.sign_in(context, name)
        return context


@contextmanager
def serve(small_class: SmallClass) -> Iterator[DeskServer]:
    """The desk of a class while the block runs."""
    desk = make_app(small_class.course, small_class.config, FakeHub())
    routes = [Route("/hub/api/oauth2/authorize", _authorize), Mount("/", app=desk)]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        port = listening.getsockname()[1]
        config = uvicorn.Config(Starlette(routes=routes), log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield DeskServer(f"http://127.0.0.1:{port}")
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)


async def _authorize(request: Request) -> Response:
    name = request.cookies.get("hub")
    if not name:
        return PlainTextResponse("Log in here.")
    query = urlencode({"code": f"code-{name}", "state": request.query_params["state"]})
    return RedirectResponse(f"{desk_service.CALLBACK}?{query}")
